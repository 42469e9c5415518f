# size.awk MAP: bytes of a static program by part, from the linker's map.
# A section stands as " .text.name  0xADDRESS 0xSIZE FILE", after a long name on a line of its own.
function hex(s, i, n) {
	s = tolower(substr(s, 3))
	for (i = 1; i <= length(s); i++)
		n = 16 * n + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}
function part_of(file) {
	if (match(file, /lib[a-z]+\.a\(/)) return substr(file, RSTART, RLENGTH - 1)
	if (match(file, /obj\/[a-z]+\//)) return substr(file, RSTART + 4, RLENGTH - 5) "/"
	return "compiler"
}
function kind_of(section) {
	if (section ~ /^\.(text|init|fini)/) return "code"
	if (section ~ /^\.(rodata|eh_frame|gcc_except)/) return "constants"
	if (section ~ /^\.(bss|tbss)|^COMMON/) return "zeroed"
	if (section ~ /^\.(data|tdata|init_array|fini_array|got|ctors|dtors)/) return "data"
	return ""
}
/^Linker script and memory map/ { inside = 1 }
/^\/DISCARD\// { inside = 0 }
!inside { next }
/^ [.C][^ ]*$/ { name = $1; next }
/^ [.C]/ { name = $1; take($2, $3, 4); next }
/^  +0x[0-9a-f]+ +0x[0-9a-f]+ / && name { take($1, $2, 3) }
{ name = "" }
function take(address, size, from, file, kind, n) {
	kind = kind_of(name)
	file = $from
	if (!kind || !file || hex(address) == 0)
		return
	n = hex(size)
	bytes[part_of(file), kind] += n
	parts[part_of(file)] += kind == "zeroed" ? 0 : n
	sum[kind] += n
	name = ""
}
function row(part, to) {
	printf "%-16s %9d %10d %8d %9d %9d\n", part, bytes[part, "code"], bytes[part, "constants"], bytes[part, "data"],
		parts[part], bytes[part, "zeroed"] | to
}
END {
	printf "%-16s %9s %10s %8s %9s %9s\n", "part", "code", "constants", "data", "in file", "zeroed"
	fflush()
	for (p in parts)
		row(p, "sort -k5,5nr")
	close("sort -k5,5nr")
	for (k in sum) {
		bytes["sum", k] = sum[k]
		total += k == "zeroed" ? 0 : sum[k]
	}
	parts["sum"] = total
	row("sum", "cat")
}
