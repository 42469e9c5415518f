# GNU make.  One Makefile, no recursion but for profiles, nothing built in the
# tree: all of it is in build/.  `make help` lists the targets.

MAKEFLAGS += -rR
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

## Knobs: on the command line, or in config.mk (ignored by git)
-include config.mk
PROFILE    ?= release
V          ?=
PREFIX     ?= /usr/local
DESTDIR    ?=
BINDIR     ?= $(PREFIX)/bin
DATADIR    ?= $(PREFIX)/share/nettape
MANDIR     ?= $(PREFIX)/share/man
COMPDIR    ?= $(PREFIX)/share/bash-completion/completions
INSTALL    ?= install
PKG_CONFIG ?= pkg-config
ifeq ($(origin CC),default)
CC := cc
endif
CC ?= cc

B       := $(if $(filter release,$(PROFILE)),build,build/$(PROFILE))
O       := $(B)/obj
VERSION := $(or $(shell cat .version 2>/dev/null || git describe --always --dirty 2>/dev/null),0)
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '%-6s %s\n' '$(1)' '$(2)';)

## Flags: the project's own in _CFLAGS, the user's CFLAGS come last and win
CFLAGS   ?= -g
warnings := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wmissing-variable-declarations -Wformat=2 -Wimplicit-fallthrough -Wundef -Wvla \
            -Wpointer-arith -Wcast-qual -Wwrite-strings
ifeq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
warnings := $(filter-out -Wmissing-variable-declarations,$(warnings)) -Wlogical-op -Wduplicated-cond
endif
machine     := $(shell $(CC) -dumpmachine 2>/dev/null)
cfi.x86_64  := -fcf-protection=full
cfi.aarch64 := -mbranch-protection=standard
hardening   := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
               -fPIE -ftrivial-auto-var-init=zero $(cfi.$(firstword $(subst -, ,$(machine))))

cflags.release  := -O2 $(hardening)
cflags.asan     := -DBOX_OFF -Og -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
cflags.cov      := -DBOX_OFF -O0 --coverage
cflags.fuzz     := -DBOX_OFF -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
cflags.afl      := -DBOX_OFF -O2 -fsanitize=address,undefined -fno-sanitize-recover=all
ldflags.release := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
ldflags.asan    := -fsanitize=address,undefined
ldflags.cov     := --coverage
ldflags.fuzz    := -fsanitize=fuzzer,address,undefined
ldflags.afl     := -fsanitize=address,undefined

# The static collector: musl and libraries of .packaging/static-deps.sh.  ARCH=arm64 crosses.
ARCH         ?= $(shell uname -m)
static_arch  := $(ARCH:arm64=aarch64)
static       := static$(if $(filter $(shell uname -m),$(static_arch)),,-$(static_arch:aarch64=arm64))
static_deps  := build/static-deps/$(static_arch)
cflags.$(static)  := -Os -ffunction-sections -fdata-sections -fno-pie -fno-asynchronous-unwind-tables -fno-unwind-tables \
                     -fstack-protector-strong -ftrivial-auto-var-init=zero -isystem $(static_deps)/include
ldflags.$(static)  = -static -no-pie -L$(static_deps)/lib -Wl,--gc-sections,-z,noexecstack,-z,relro,-Map=$(B)/nettape-collect.map

# --copy-to is built when libpq is there; LIBPQ= leaves it out
LIBPQ     := $(shell $(PKG_CONFIG) --exists libpq 2>/dev/null && echo libpq)
_CPPFLAGS := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. -I$(B)/gen \
             $(if $(LIBPQ),-DHAVE_LIBPQ $(shell $(PKG_CONFIG) --cflags libpq)) $(CPPFLAGS)
_CFLAGS   := -std=c17 -pthread $(warnings) $(cflags.$(PROFILE)) -ffile-prefix-map=$(CURDIR)=. $(CFLAGS)
_LDFLAGS  := -pthread $(ldflags.$(PROFILE)) $(LDFLAGS)

libs_collect = $(shell $(PKG_CONFIG) --libs libzstd zlib libcurl libmd)
libs_analyze = $(shell $(PKG_CONFIG) --libs libarchive sqlite3 jansson libmd $(LIBPQ)) -lm
ifeq ($(PROFILE),$(static))
libs_collect = -lcurl -lzstd -lz -lmd
endif
libs_test    = $(libs_analyze) $(libs_collect) $(shell $(PKG_CONFIG) --libs cmocka)

## Files: a folder is a list; nothing to register by hand
src_schema  := $(sort $(wildcard schema/*.c))
src_collect := $(sort $(wildcard collect/*.c))
src_analyze := $(sort $(wildcard analyze/*.c analyze/*/*.c))
src_unit    := $(sort $(wildcard tests/unit/test_*.c))
src_tool    := $(sort $(wildcard tests/*.c tests/e2e/*.c))
src_fuzz    := $(sort $(wildcard tests/fuzz/fuzz_*.c))
src_lab     := $(sort $(wildcard tests/lab/*.c))
src_lab_lib := $(sort $(wildcard tests/lab/lib/*.c))
src_bench   := $(sort $(wildcard tests/bench/*.c))
src_all     := $(src_schema) $(src_collect) $(src_analyze) $(src_unit) $(src_tool) $(src_lab) $(src_lab_lib) $(src_bench) $(sort $(wildcard tests/fuzz/*.c))
rules       := $(sort $(wildcard rules/*/*.sql))
sections    := $(sort $(wildcard $(foreach d,section fleet compare,analyze/$(d)/*.sql)))
plots       := $(sort $(wildcard analyze/plot/*.sql))

obj = $(patsubst %.c,$(O)/%.o,$(1))

parsers   := $(basename $(notdir $(wildcard analyze/parse/*.c)))
renderers := $(basename $(notdir $(wildcard analyze/report/*.c analyze/export/*.c)))

all: $(B)/nettape-collect $(B)/nettape-analyze ## build both programs, optimised, into build/
.PHONY: all

# (a static one is linked with its symbols and then stripped)
$(B)/nettape-collect$(if $(filter $(static),$(PROFILE)),.debug): $(call obj,$(src_schema) $(src_collect))
	$(call say,LD,$@)$(CC) $(_CFLAGS) $(_LDFLAGS) $^ $(libs_collect) -o $@

$(B)/nettape-analyze: $(call obj,$(src_schema) $(src_analyze))
	$(call say,LD,$@)$(CC) $(_CFLAGS) $(_LDFLAGS) $^ $(libs_analyze) -o $@

gen := $(addprefix $(B)/gen/,parsers.def renderers.def db.sql.inc bundle.sql.inc compare.sql.inc compare_facts.sql.inc facts.sql.inc join.sql.inc seal.sql.inc metric.sql.inc setting.sql.inc fleet_shown.sql.inc fleet_facts.sql.inc fleet.sql.inc rules.inc sections.inc \
         plots.inc episodes.sql.inc marks.sql.inc html.css.inc html.js.inc version.h)

$(O)/%.o: %.c $(B)/gen/flags | $(gen)
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(_CPPFLAGS) $(_CFLAGS) -MMD -MP -c $< -o $@

## Generated: written only when the content changes, so nothing rebuilds for nothing
define keep # (text): replace $@ if its content is not text
@mkdir -p $(@D); n=$@.$$$$; printf '%s\n' $(1) >$$n; \
if cmp -s $$n $@; then rm $$n; else mv $$n $@; fi
endef
hex = od -An -v -tx1 $(1) | sed 's/ \(..\)/0x\1,/g'
# (files, folder, suffix): {"AREA/NAME", bytes, n} for each file
embed = mkdir -p $(@D) && for f in $(1); do n=$${f\#$(2)}; printf '{"%s", (const char[]){\n' "$${n%$(3)}"; \
	$(call hex,"$$f"); printf '0x00}, %d},\n' "$$(wc -c <"$$f")"; done >$@

$(B)/gen/flags: FORCE
	$(call keep,'$(CC) $(_CPPFLAGS) $(_CFLAGS)')
$(B)/gen/version.h: FORCE
	$(call keep,'#define NETTAPE_VERSION "$(VERSION)"')
$(B)/gen/parsers.def: FORCE
	$(call keep,$(patsubst %,'PARSER(%)',$(sort $(parsers))))
$(B)/gen/renderers.def: FORCE
	$(call keep,$(patsubst %,'RENDERER(%)',$(sort $(renderers))))
$(B)/gen/rules.list: FORCE
	$(call keep,$(rules) .)
$(B)/gen/sections.list: FORCE
	$(call keep,$(sections) .)
$(B)/gen/plots.list: FORCE
	$(call keep,$(plots) .)
$(B)/gen/db.sql.inc $(B)/gen/fleet.sql.inc: $(B)/gen/%.sql.inc: schema/%.sql
	$(Q)mkdir -p $(@D) && $(call hex,$<) >$@
$(B)/gen/%.sql.inc: analyze/%.sql
	$(Q)mkdir -p $(@D) && $(call hex,$<) >$@
$(B)/gen/%.css.inc: analyze/report/%.css
	$(Q)mkdir -p $(@D) && $(call hex,$<) >$@
$(B)/gen/%.js.inc: analyze/report/%.js
	$(Q)mkdir -p $(@D) && $(call hex,$<) >$@
$(B)/gen/rules.inc: $(rules) $(B)/gen/rules.list
	$(Q)$(call embed,$(rules),rules/,.sql)
$(B)/gen/sections.inc: $(sections) $(B)/gen/sections.list
	$(Q)$(call embed,$(sections),analyze/,.sql)
$(B)/gen/plots.inc: $(plots) $(B)/gen/plots.list
	$(Q)$(call embed,$(plots),analyze/plot/,.sql)
.SECONDARY: $(gen)
FORCE:
.PHONY: FORCE

## Tests.  Every suite prints TAP; tests/check.sh runs them all and counts.
unit  := $(patsubst %.c,$(B)/%,$(src_unit))
tools := $(patsubst tests/%.c,$(B)/tests/%,$(src_tool))

# A test is linked with the rooms it includes: the two programs may use the same names.
needs_collect := $(shell grep -ls '^\#include "collect/' $(src_unit) $(src_tool) $(src_fuzz))
needs_analyze := $(shell grep -ls '^\#include "analyze/' $(src_unit) $(src_tool) $(src_fuzz))
rooms = $(call obj,$(src_schema) $(filter-out %/main.c,$(if $(filter $(1),$(needs_collect)),$(src_collect)) \
        $(if $(filter $(1),$(needs_analyze)),$(src_analyze))))
$(foreach t,$(src_unit) $(src_tool),$(eval $(B)/$(t:.c=): $(O)/$(t:.c=.o) $(call rooms,$(t))))
# A harness of the fuzzer: with a main of libFuzzer, else with one that replays files.
harness := $(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz/%,$(src_fuzz))
fuzz_main = $(call obj,tests/fuzz/input.c tests/fuzz/$(if $(filter fuzz,$(PROFILE)),mutate,replay).c)
$(foreach t,$(src_fuzz),$(eval $(t:tests/fuzz/fuzz_%.c=$(B)/tests/fuzz/%): $(O)/$(t:.c=.o) $(fuzz_main) $(call rooms,$(t))))
$(unit) $(tools) $(harness):
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(_CFLAGS) $(_LDFLAGS) $^ $(libs_test) -o $@

# Each of the programs behind a main that makes of a file what it reads
whole := $(B)/tests/fuzz/whole_analyze $(B)/tests/fuzz/whole_collect
.SECONDARY: $(patsubst %,$(O)/tests/fuzz/%.o,whole_analyze whole_collect analyze_main collect_main)
$(B)/tests/fuzz/whole_%: $(O)/tests/fuzz/whole_%.o $(O)/tests/fuzz/%_main.o $(O)/tests/fuzz/input.o $(call obj,$(src_schema))
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(_CFLAGS) $(_LDFLAGS) $^ $(libs_$*) -o $@
$(foreach p,collect analyze,$(eval $(B)/tests/fuzz/whole_$(p): $(call obj,$(filter-out %/main.c,$(src_$(p))))))
$(O)/tests/fuzz/%_main.o: %/main.c $(B)/gen/flags | $(gen)
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(_CPPFLAGS) -Dmain=$*_main $(_CFLAGS) -Wno-missing-prototypes -MMD -MP -c $< -o $@

# The lab's programs: tests/lab/NAME.c, each with all of tests/lab/lib and schema
lab := $(patsubst %.c,$(B)/%,$(src_lab))
$(lab): $(B)/%: $(O)/%.o $(call obj,$(src_lab_lib) $(src_schema))
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(_CFLAGS) $(_LDFLAGS) $^ $(shell $(PKG_CONFIG) --libs jansson) -lm -o $@

tests: all $(unit) $(tools) $(harness) $(whole) $(lab) ## build every test, run none
check: tests ## run every test; the last line counts them
	$(Q)tests/check.sh $(B) $(SUITES)
corpus: all ## read a folder of captures, compare values: CORPUS=DIR [INDEX=FILE]; tests/corpus/corpus.py
	$(Q)python3 tests/corpus/corpus.py $(B) '$(or $(CORPUS),$(error CORPUS=DIR))' $(if $(INDEX),--index '$(INDEX)')
# What the distribution's own sos makes of this host: some ten seconds, root
check-sos: all ## analyze a sosreport of this host
	$(Q)NETTAPE_SOS_OWN=1 tests/check.sh $(B) sos_own
check-long: tests ## what takes minutes: hostile input at full size, 200 kills, each fault at each call
	$(Q)HOSTILE=--long LONG=1 LIMIT=3600 tests/check.sh $(B) hostile faults_kill faults_write faults_path faults_clock faults_host
valgrind: all ## both programs whole under memcheck
	$(Q)CHECK_LOG=check-valgrind tests/check.sh $(B) valgrind
.PHONY: tests check check-long corpus check-sos valgrind

# Root; REPS=5 takes an hour. LAB_GLOBAL=1: also what changes the host. LAB='--only GLOB' runs some.
lab: all $(lab) ## provoke faults for real, score what the rules say: tests/lab/SCORE.md
	$(Q)mkdir -p $(B)/lab && python3 tests/gen/judge.py $(B) --table $(B)/lab/synthetic.md >$(B)/lab/synthetic.tap
	$(Q)BUILD=$(B) python3 tests/lab/lab.py --reps $(or $(REPS),1) --score $(B)/lab/SCORE.md $(LAB)
lab-score: lab ## and keep the table
	$(Q)cp $(B)/lab/SCORE.md tests/lab/SCORE.md
lab-quiet: all ## record this machine idle (30 min) and under healthy loads (10 min each): nothing wrong may be found
	$(Q)mkdir -p $(B)/lab && BUILD=$(B) python3 tests/lab/quiet.py -o $(B)/lab/quiet.md $(QUIET)
.PHONY: lab lab-score lab-quiet

asan: ; $(Q)$(MAKE) --no-print-directory PROFILE=asan check ## check, built with ASan and UBSan
coverage: ## lines that no test runs
	$(Q)rm -rf build/cov && $(MAKE) --no-print-directory PROFILE=cov check >/dev/null || true
	$(Q)for c in $(src_schema) $(src_collect) $(src_analyze); do gcov -n -o build/cov/obj/$${c%.c}.o $$c 2>/dev/null; done | \
	    awk -F"[':%]" '/^File/ { f = $$2 } /^Lines/ && f ~ /\.c$$/ { sub(/^ of /, "", $$4); printf "%6s%% of %4d  %s\n", $$3, $$4, f; f = "" }'
.PHONY: asan coverage

## Fuzzing (clang); tests/README.md says what each harness covers.  What is found goes to tests/fuzz/corpus
fuzz: fuzz-build ## fuzz T, a harness or a parser's format, for TIME seconds
	$(Q)tests/fuzz/fuzz.sh build/fuzz $(or $(TIME),60) $(or $(T),$(error T=NAME: see make fuzz-list))
fuzz-all: fuzz-build ## each harness for TIME seconds, two at once, and a table
	$(Q)tests/fuzz/fuzz.sh build/fuzz $(or $(TIME),60) $(filter-out parse,$(notdir $(harness)))
fuzz-list: ## what T may be
	@printf '%s\n' $(filter-out parse,$(notdir $(harness))) $(parsers) | fmt -w 100
fuzz-build: all
	$(Q)$(MAKE) --no-print-directory CC=clang PROFILE=fuzz fuzz-harness
	$(Q)python3 tests/fuzz/seeds.py $(B) build/fuzz/seeds
fuzz-harness: $(harness)
fuzz-afl: ## the whole program P (analyze or collect) under AFL++ for TIME seconds
	$(Q)$(MAKE) --no-print-directory CC=afl-clang-fast PROFILE=afl build/afl/tests/fuzz/whole_$(or $(P),$(error P=analyze or P=collect))
	$(Q)$(MAKE) --no-print-directory all && python3 tests/fuzz/seeds.py $(B) build/afl/seeds
	$(Q)tests/fuzz/afl.sh build/afl $(P) $(or $(TIME),60)
.PHONY: fuzz fuzz-all fuzz-list fuzz-build fuzz-harness fuzz-afl

## The collector as one static file for any Linux, and what is sent to a customer
static: ## the collector as one small static file, in build/static/; ARCH=arm64, STATIC_SRC=DIR
	$(Q).packaging/static-deps.sh $(static_arch)
	$(Q)$(MAKE) --no-print-directory PROFILE=$(static) CC=$(CURDIR)/$(static_deps)/cc build/$(static)/nettape-collect
%/nettape-collect: %/nettape-collect.debug
	$(call say,STRIP,$@)$(static_deps)/strip -o $@ $<
size: static ## of the static collector, by part
	$(Q)awk -f .packaging/size.awk build/$(static)/nettape-collect.map
dist-collector: ## build/dist: the collector for x86_64 and aarch64, its sums, a page for whoever runs it
	$(Q)rm -rf build/dist && mkdir -p build/dist
	$(Q)for a in x86_64 aarch64; do $(MAKE) --no-print-directory put-collector ARCH=$$a || exit 1; done
	$(Q)cd build/dist && sha256sum nettape-collect-* >SHA256SUMS && cp ../../.packaging/CUSTOMER.txt .
put-collector: static
	$(Q)cp build/$(static)/nettape-collect build/dist/nettape-collect-$(VERSION)-linux-$(static_arch)
collectors: ## the static collector, and build/dist with that for arm64 if it can be built
	$(Q)$(MAKE) --no-print-directory $(if $(shell command -v aarch64-linux-gnu-gcc),dist-collector,static)
check-static: all collectors $(B)/tests/old_kernel ## test the static collector, that for arm64 too if there is one
	$(Q)CHECK_LOG=check-static tests/check.sh $(B) static
.PHONY: static size dist-collector put-collector collectors check-static

demo: all ## record this host for 10 s and print the diagnosis
	$(Q)mkdir -p build/demo
	$(B)/nettape-collect --for 10s --every 1s --force -o build/demo/demo.nettape.tar.zst
	$(B)/nettape-analyze --fail-on never --no-pager build/demo/demo.nettape.tar.zst
screenshot: all ## the pictures of the README, of a host that does not exist, in a headless Chromium
	$(Q).packaging/screenshot.sh $(B) .assets
.PHONY: demo screenshot

# What it measures against: tests/bench/NAME.c, each with schema; reader also with what the analyzer reads by
bench_programs := $(patsubst %.c,$(B)/%,$(src_bench))
$(bench_programs): $(B)/%: $(O)/%.o $(call obj,$(src_schema))
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(_CFLAGS) $(_LDFLAGS) $^ $(shell $(PKG_CONFIG) --libs libarchive) -o $@

bench: all $(bench_programs) ## how long it takes, on bundles as large as they come; each tests/bench/* prints a table and writes build/bench/*.json
	$(Q)for b in $(sort $(wildcard tests/bench/*.py tests/bench/*.sh)); do "$$b" $(B) || exit 1; done
	$(Q)tests/bench/lib/summary.py $(B)
.PHONY: bench

## Style
c_files := $(sort $(wildcard $(foreach d,schema collect analyze analyze/* tests tests/* tests/*/*,$(d)/*.c $(d)/*.h)))
sh_files := $(sort $(wildcard tests/*.sh tests/*/*.sh .packaging/*.sh) .ci/run)
format: ; $(Q)clang-format -i $(c_files) ## rewrite the code in the house style
format-check: ; $(Q)clang-format --dry-run --Werror $(c_files)
compile_commands.json: Makefile FORCE ## for clangd, clang-tidy
	$(Q){ printf '['; s=; for c in $(src_all); do printf '%s\n{"directory":"%s","file":"%s","command":"cc %s"}' \
	  "$$s" '$(CURDIR)' "$$c" '$(subst ",\",$(_CPPFLAGS) $(filter-out -Wlogical-op -Wduplicated-cond -fcf-protection=full -ftrivial-auto-var-init=zero,$(_CFLAGS))) -c '"$$c"; s=,; done; printf '\n]\n'; } >$@
# How far the analyzer of clang-tidy follows a function: 225000 is its default, four times as slow.
TIDY_NODES ?= 40000
tidy     := clang-tidy --quiet -p . $(addprefix --extra-arg=,-Xclang -analyzer-config -Xclang max-nodes=$(TIDY_NODES))
cppcheck := cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr --std=c11 -D_GNU_SOURCE -I. -I$(B)/gen \
            --suppress=missingInclude
mandoc   := mandoc -Tlint -W warning
lint: format-check compile_commands.json all ## everything that reads the code without running it
	$(Q)tests/rooms.sh
	$(Q)tests/banned.sh $(c_files)
	$(Q)COMPILE='$(CC) $(_CPPFLAGS) $(_CFLAGS)' TIDY='$(tidy)' CPPCHECK='$(cppcheck)' MANDOC='$(mandoc)' tests/planted.sh $(B)
# One file each: clang-tidy 14 remembers the names of va_start and va_end by the address they had in the file before.
	$(Q)printf '%s\n' $(src_schema) $(src_collect) $(src_analyze) | xargs -P2 -n1 $(tidy) 2>/dev/null
	$(Q)$(cppcheck) $(src_schema) $(src_collect) $(src_analyze)
	$(Q)for m in $(sort $(wildcard */*.[158])); do $(mandoc) "$$m" || exit 1; done
	$(Q)tests/pages.sh $(sort $(wildcard */*.[158]))
	$(Q)shellcheck -x $(sh_files)
	$(Q)$(B)/nettape-analyze --lint-rules rules
.PHONY: format format-check lint

## Packages: what the build and the tests need; what lint needs on top
sudo := $(if $(filter 0,$(shell id -u)),,sudo)
deps.apt  := gcc libc6-dev pkg-config libarchive-dev libsqlite3-dev libjansson-dev libcurl4-openssl-dev libcmocka-dev \
             libzstd-dev zlib1g-dev libmd-dev sqlite3 python3 iproute2 iptables nftables ethtool net-tools zstd xz-utils \
             util-linux procps
deps.dnf  := gcc make pkgconf-pkg-config libarchive-devel sqlite-devel jansson-devel libcurl-devel libcmocka-devel \
             libzstd-devel zlib-devel libmd-devel sqlite python3 iproute nftables ethtool net-tools zstd xz util-linux procps-ng
deps.apk  := build-base linux-headers pkgconf libarchive-dev sqlite-dev jansson-dev curl-dev cmocka-dev zstd-dev zlib-dev \
             libmd-dev sqlite python3 iproute2 nftables ethtool net-tools zstd xz util-linux procps
lint.apt  := clang-format clang-tidy cppcheck mandoc shellcheck git
lint.dnf  := clang-tools-extra cppcheck mandoc ShellCheck git
lint.apk  := clang-extra-tools cppcheck mandoc shellcheck git
fuzz.apt  := clang libclang-rt-14-dev llvm afl++
fuzz.dnf  := clang compiler-rt llvm american-fuzzy-lop
fuzz.apk  := clang compiler-rt llvm
lab.apt   := nginx-light wrk iperf3
lab.dnf   := nginx wrk iperf3
lab.apk   := nginx wrk iperf3
# The static collector needs Debian's or Ubuntu's source packages
static.apt := musl-tools dpkg-dev gcc-aarch64-linux-gnu qemu-user-static
# what bench measures against; pcp's package wants to start services
bench.apt := sysstat atop collectl sosreport iproute2 ethtool net-tools zstd $(if $(wildcard /run/systemd/system),pcp)
bench.dnf := sysstat atop collectl sos iproute ethtool net-tools zstd $(if $(wildcard /run/systemd/system),pcp)
bench.apk := sysstat atop
# --copy-to and its test
postgres.apt := libpq-dev postgresql
postgres.dnf := libpq-devel postgresql-server
postgres.apk := libpq-dev postgresql
# make deb and rpm, and what looks at them
deb.apt := build-essential libpq-dev dpkg-dev debhelper fakeroot lintian rpm rpmlint debootstrap bash-completion git
deb.dnf := libpq-devel dpkg-dev debhelper fakeroot rpm-build rpmlint debootstrap bash-completion git
get.apt    = $(sudo) apt-get update -qq && $(sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends
get.dnf    = $(sudo) dnf install -y
get.apk    = $(sudo) apk add
manager   := $(firstword $(foreach m,apt-get dnf apk,$(if $(shell command -v $(m)),$(m:apt-get=apt))))
# `make deps static check-static`: then what those need, too
deps: $(if $(filter static size check-static dist-collector,$(MAKECMDGOALS)),deps-static) ## install what the build and the tests need
	$(if $(manager),$(get.$(manager)) $(deps.$(manager)),$(error no apt-get, dnf or apk here: see deps.apt in the Makefile for the list))
deps-valgrind: deps ## and what valgrind needs
	$(get.$(manager)) valgrind
deps-fuzz: deps ## and what fuzz and fuzz-afl need
	$(get.$(manager)) $(fuzz.$(manager))
deps-lint: deps ## and what lint needs
	$(get.$(manager)) $(lint.$(manager))
deps-postgres: deps ## and what --copy-to is built and tested with
	$(get.$(manager)) $(postgres.$(manager))
deps-static: ## what the static collector is built with, for arm64 too
	$(if $(static.$(manager)),$(get.$(manager)) gcc $(static.$(manager)),$(error make static needs apt-get and the source packages of Debian or Ubuntu))
bench-deps: deps ## and what bench measures against
	$(get.$(manager)) $(bench.$(manager))
deps-deb: deps ## and what packages are made and looked at with
	$(get.$(manager)) $(deb.$(manager))
deps-lab: deps ## and what lab-quiet loads the machine with
	$(get.$(manager)) $(lab.$(manager))
.PHONY: bench-deps deps deps-deb deps-fuzz deps-postgres deps-lint deps-static deps-lab deps-valgrind

## Delivery
man1 := $(sort $(wildcard */*.1))
man5 := $(sort $(wildcard */*.5))
programs := nettape-collect nettape-analyze
data     := $(sort $(wildcard schema/*.sql schema/*.json)) $(rules) $(rules:.sql=.test)
put      := $(addprefix $(BINDIR)/,$(programs)) $(addprefix $(COMPDIR)/,$(programs)) \
            $(addprefix $(MANDIR)/man1/,$(notdir $(man1))) $(addprefix $(MANDIR)/man5/,$(notdir $(man5))) $(addprefix $(DATADIR)/,$(data))
# The folders of that, the deepest first; of a live system only those that it has no use for itself.
left     := $(sort $(dir $(addprefix $(DATADIR)/rules/,$(rules:rules/%=%)))) $(addprefix $(DATADIR)/,rules schema) $(DATADIR) \
            $(COMPDIR) $(dir $(COMPDIR)) $(MANDIR)/man1 $(MANDIR)/man5 $(if $(DESTDIR),$(MANDIR) $(BINDIR))
install: all ## DESTDIR, PREFIX, BINDIR, MANDIR, DATADIR, COMPDIR
	$(Q)$(INSTALL) -d $(addprefix $(DESTDIR),$(BINDIR) $(COMPDIR) $(MANDIR)/man1 $(MANDIR)/man5 $(DATADIR))
	$(Q)$(INSTALL) -m755 $(addprefix $(B)/,$(programs)) $(DESTDIR)$(BINDIR)
	$(Q)$(INSTALL) -m644 $(man1) $(DESTDIR)$(MANDIR)/man1
	$(Q)$(INSTALL) -m644 $(man5) $(DESTDIR)$(MANDIR)/man5
	$(Q)for p in $(programs); do $(INSTALL) -m644 .packaging/complete.bash $(DESTDIR)$(COMPDIR)/$$p || exit 1; done
	$(Q)for f in $(data); do $(INSTALL) -D -m644 $$f $(DESTDIR)$(DATADIR)/$$f || exit 1; done
uninstall: ## takes back exactly what install put
	$(Q)rm -f $(addprefix $(DESTDIR),$(put))
	$(Q)cd $(or $(DESTDIR),/) && { rmdir $(if $(DESTDIR),-p) --ignore-fail-on-non-empty $(patsubst /%,%,$(left)) 2>/dev/null || true; }
dist: ## nettape-VERSION.tar.gz, the same bytes every time
	$(Q)mkdir -p build && git archive --prefix=nettape-$(VERSION)/ --add-virtual-file=nettape-$(VERSION)/.version:$(VERSION) HEAD | gzip -9n >build/nettape-$(VERSION).tar.gz
deb: dist ## packages of Debian for both programs, from dist, in build/deb
	$(Q).packaging/deb.sh $(VERSION)
rpm: dist ## packages of Fedora and its like, from dist, in build/rpm
	$(Q).packaging/rpm.sh $(VERSION)
check-deb: deb ## build, lint, install and remove the packages; CLEAN_ROOT=DIR is a root to install them in
	$(Q)tests/check.sh $(B) packages
clean: ; $(Q)rm -rf build compile_commands.json ## remove everything built
help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t14
.PHONY: install uninstall dist deb rpm check-deb clean help

-include $(patsubst %.c,$(O)/%.d,$(src_all)) $(patsubst %,$(O)/tests/fuzz/%_main.d,collect analyze)
