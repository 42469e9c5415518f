# Completion in bash of nettape-analyze and nettape-collect, by the tables that both print
# with --complete: "OPTION <tab> KIND <tab> WORDS"; the option "*" is what is no option.
# shellcheck shell=bash

_nettape_row() { # PROGRAM OPTION: its kind and words
	local option kind words
	while IFS=$'\t' read -r option kind words; do
		if [[ $option == "$2" ]]; then
			printf '%s\t%s\n' "$kind" "$words"
			return
		fi
	done < <("$1" --complete 2>/dev/null)
}

_nettape() {
	local program=${1/#\~/$HOME} cur=${COMP_WORDS[COMP_CWORD]} key=${3-} kind='' words='' before=''
	COMPREPLY=()
	# "--format=ht" comes as three words
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $key == = ]]; then
		key=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $key != -* ]]; then
		key='*'
	fi
	[[ $key == -* || $key == '*' ]] || return 0 # the value behind NAME=
	IFS=$'\t' read -r kind words < <(_nettape_row "$program" "$key")
	if [[ $cur == -* && ${kind:-flag} =~ ^(flag|file)$ ]]; then
		kind=one
		words=$("$program" --complete 2>/dev/null | cut -f1 | grep '^-')
	elif [[ ${kind:-flag} == flag ]]; then
		IFS=$'\t' read -r kind words < <(_nettape_row "$program" '*')
	fi
	case $kind in
	file | dir)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -"${kind:0:1}" -- "$cur")
		return
		;;
	list)
		[[ $cur != *,* ]] || before=${cur%,*},
		compopt -o nospace 2>/dev/null
		;;
	start) compopt -o nospace 2>/dev/null ;;
	one) ;;
	*) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$words" -- "${cur#"$before"}")
}

complete -F _nettape nettape-analyze nettape-collect
