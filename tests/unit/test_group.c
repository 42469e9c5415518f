#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "collect/group.h"
#include "schema/cgroup.h"
#include "schema/source.h"

/* As cgroups(7) and systemd lay them out. */
static const char v2[] = "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-a:b.scope\n";
static const char v1[] = "11:memory:/docker/abc\n"
			 "10:name=systemd:/docker/abc\n"
			 "5:cpuset:/\n"
			 "4:cpuacct,cpu:/kubepods/pod1/abc\n";
static const char hybrid[] = "12:pids:/system.slice/linkerd.service\n"
			     "3:memory:/system.slice/linkerd.service\n"
			     "2:cpu,cpuacct:/system.slice/linkerd.service\n"
			     "1:name=systemd:/system.slice/linkerd.service\n"
			     "0::/system.slice/linkerd.service\n";
/* v1 mounted for its names alone: v2 has the controllers */
static const char named[] = "1:name=systemd:/init.scope\n0::/app.slice/x.service\n";

static void is_in(const char *text, const char *controller, const char *group)
{
	struct span path;

	assert_true(group_of(span_of(text), span_of(controller), &path));
	assert_int_equal(span_cmp(path, span_of(group)), 0);
}

static void is_in_none(const char *text, const char *controller)
{
	struct span path = SPAN("left alone");

	assert_false(group_of(span_of(text), span_of(controller), &path));
	assert_true(span_eq(path, SPAN("left alone")));
}

static void a_v2_host_has_one_group(void **state)
{
	(void)state;
	is_in(v2, "", "kubepods.slice/kubepods-pod1.slice/cri-containerd-a:b.scope");
	is_in_none(v2, "cpu");
	is_in_none(v2, "memory");
	is_in(named, "", "app.slice/x.service");
}

static void a_v1_host_has_one_a_controller(void **state)
{
	(void)state;
	is_in(v1, "cpu", "kubepods/pod1/abc");
	is_in(v1, "memory", "docker/abc");
	is_in_none(v1, "");
	is_in_none(v1, "cpuset");
	is_in_none(v1, "pids");
}

static void a_hybrid_host_has_its_controllers_on_v1(void **state)
{
	(void)state;
	is_in(hybrid, "cpu", "system.slice/linkerd.service");
	is_in(hybrid, "memory", "system.slice/linkerd.service");
	is_in_none(hybrid, "");
}

static void the_root_group_is_none(void **state)
{
	(void)state;
	is_in_none("0::/\n", "");
	is_in_none("4:cpu,cpuacct:/\n0::/x\n", "cpu");
	is_in_none("", "");
	is_in_none("nonsense\n0:\n::\n4:cpu\n", "cpu");
}

static void is_refused(struct span path, int error)
{
	const char *why;

	assert_int_equal(group_refused(path, &why), error);
	assert_non_null(why);
}

static void a_hostile_path_is_refused(void **state)
{
	(void)state;
	is_refused(SPAN("../other/container"), EXDEV);
	is_refused(SPAN("a/../../../etc"), EXDEV);
	is_refused(SPAN("a/.."), EXDEV);
	is_refused(SPAN(".."), EXDEV);
	is_refused(SPAN("a/./b"), EINVAL);
	is_refused(SPAN("a//b"), EINVAL);
	is_refused(SPAN("a/"), EINVAL);
	is_refused(SPAN("/etc"), EINVAL);
	is_refused(SPAN("a\033[31m/b"), EINVAL);
	is_refused(SPAN("a\rb"), EINVAL);
	is_refused(SPAN("a\0b"), EINVAL);
	is_refused(SPAN("a\177"), EINVAL);
}

static void odd_names_are_not(void **state)
{
	(void)state;
	is_refused(SPAN("..a/b..c/...."), 0);
	is_refused(SPAN("a b/*/%g:\xc3\xa9"), 0);
	is_refused(SPAN("x"), 0);
}

/* Documented in schema/bundle.h: what the longest member of a source comes to is still a name. */
static void the_longest_group_still_makes_a_member(void **state)
{
	static const char around[] =
		"0123456789012345678901234567890123456789012345678901234567890123"
		"-20261122T174839Z/snap/999999999/sys/fs/cgroup/cpu,cpuacct/"
		"/memory.limit_in_bytes";

	(void)state;
	assert_in_range(GROUP_PATH_MAX + sizeof(around) - 1, 1, BUNDLE_NAME_MAX);
}

static void every_controller_of_a_source_has_a_mount(void **state)
{
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < sources_count; i++) {
		struct span what = span_of(sources[i].what), folder;
		size_t mounts = 0;

		if (sources[i].how != SOURCE_GROUP)
			continue;
		found++;
		assert_non_null(sources[i].only);
		assert_true(span_skip(&what, SPAN("/sys/fs/cgroup/")));
		assert_true(span_cut(&what, '%', &folder));
		for (size_t k = 0; k < cgroup_mounts_count; k++)
			mounts += span_starts(folder, cgroup_mounts[k].controller);
		assert_true(folder.n == 0 || mounts > 0);
	}
	assert_int_equal(found, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_v2_host_has_one_group),
		cmocka_unit_test(a_v1_host_has_one_a_controller),
		cmocka_unit_test(a_hybrid_host_has_its_controllers_on_v1),
		cmocka_unit_test(the_root_group_is_none),
		cmocka_unit_test(a_hostile_path_is_refused),
		cmocka_unit_test(odd_names_are_not),
		cmocka_unit_test(the_longest_group_still_makes_a_member),
		cmocka_unit_test(every_controller_of_a_source_has_a_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
