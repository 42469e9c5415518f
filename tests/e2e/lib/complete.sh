#!/bin/bash
# complete.sh COMPLETIONS BUILD LINE: what bash offers for a line that ends where the cursor is,
# one a line; words are split as readline splits them.
set -u
# shellcheck source=/dev/null
. "$1"
PATH=$2:$PATH
line=$3
read -ra COMP_WORDS <<<"${line//=/ = }"
[[ $line != *[\ ] ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
command=${COMP_WORDS[0]}
function=$(complete -p "$command" | sed 's/.* -F \([^ ]*\) .*/\1/')
COMPREPLY=()
"$function" "$command" "${COMP_WORDS[COMP_CWORD]#=}" "${COMP_WORDS[COMP_CWORD - 1]}"
[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
