/*
 * What a C service would do to find its control group: read /proc/self/cgroup and /proc/self/mountinfo whole. Nothing is
 * parsed: that is a floor for everybody who wants an answer. Called as the functions of floor.c are.
 */
#include <fcntl.h>
#include <unistd.h>

#define JNI(name) Java_io_github_systemd4j_jmh_Floor_##name

static char bytes[1 << 16];

/* Returns the length, or -1. */
static int read_whole(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int length = 0;
    ssize_t n = -1;
    if (file >= 0) {
        while ((n = read(file, bytes + length, sizeof bytes - length)) > 0) {
            length += n;
        }
        close(file);
    }
    return n < 0 ? -1 : length;
}

/* Returns the length of both, or less than 0. */
int JNI(readBoth)(void *env, void *type) {
    (void) env, (void) type;
    return read_whole("/proc/self/cgroup") + read_whole("/proc/self/mountinfo");
}
