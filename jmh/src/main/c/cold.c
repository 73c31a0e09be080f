/*
 * Runs whole processes and tells what each one cost: the CPU time of the process and the children it waited for, by
 * wait4(2), and the wall-clock time. Meanwhile it is the manager: it binds a notify socket and reads what comes.
 *
 *     cold SOCKET ROUNDS < variants
 *
 * A variant is a line: name, "set" or "unset" (whether NOTIFY_SOCKET is), or "listen" or "inetd" (a listening socket is
 * passed as descriptor 3 with LISTEN_FDS, or as descriptor 0), and the command's words, all apart by tabs.
 * Each round runs every variant once, so that a busy minute of the machine hits all of them. A line comes out for each
 * run: round, name, CPU and wall-clock in microseconds, and the number that the process printed, or -1. A variant that fails,
 * or that has NOTIFY_SOCKET and sends nothing, ends everything.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_VARIANTS = 128, MAX_WORDS = 64 };

struct variant {
    char *name;
    int notified;
    int listener; /* the descriptor it is passed as, -1 for none */
    char *words[MAX_WORDS + 1];
};

static void fail(const char *what, const char *detail) {
    fprintf(stderr, "cold: %s %s: %s\n", what, detail, strerror(errno));
    exit(1);
}

static long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static int bind_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail("bind", path);
    }
    strcpy(address.sun_path, path);
    unlink(path);
    int one = 1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof one) < 0
        || bind(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        fail("bind", path);
    }
    return fd;
}

static int read_variants(struct variant *variants) {
    static char line[65536];
    int count = 0;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *rest = strdup(line);
        struct variant *v = &variants[count];
        v->name = strsep(&rest, "\t");
        char *notified = strsep(&rest, "\t");
        v->notified = notified && strcmp(notified, "set") == 0;
        v->listener = !notified ? -1 : strcmp(notified, "listen") == 0 ? 3 : strcmp(notified, "inetd") == 0 ? 0 : -1;
        for (int i = 0; rest && i < MAX_WORDS; i++) {
            v->words[i] = strsep(&rest, "\t");
        }
        if (!v->words[0] || rest || ++count == MAX_VARIANTS) {
            errno = EINVAL;
            fail("variant", line);
        }
    }
    return count;
}

/* Reads what is there. The descriptor of a barrier is closed by the kernel, as there is no room for it: that answers. */
static int drain(int fd) {
    char bytes[4096];
    int count = 0;
    while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0) {
        count++;
    }
    return count;
}

static int listen_somewhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* out of the way of the numbers that a child gets */
    int high = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 100);
    if (high < 0 || bind(high, (struct sockaddr *) &address, sizeof address) < 0 || listen(high, 16) < 0) {
        fail("listen", "127.0.0.1");
    }
    close(fd);
    return high;
}

/* As systemd does it: the pid is known only here. */
static void pass(int listener, int number) {
    dup2(listener, number);
    if (number == 3) {
        char pid[16];
        snprintf(pid, sizeof pid, "%d", (int) getpid());
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "1", 1);
    }
}

static void run(const struct variant *v, int round, int receiver, int listener, const char *path) {
    int out[2];
    if (pipe2(out, O_CLOEXEC) < 0) {
        fail("pipe2", v->name);
    }
    long start = microseconds();
    pid_t pid = fork();
    if (pid == 0) {
        if (v->notified) {
            setenv("NOTIFY_SOCKET", path, 1);
        } else {
            unsetenv("NOTIFY_SOCKET");
        }
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (!getenv("COLD_STDERR")) {
            dup2(null, STDERR_FILENO);
        }
        dup2(out[1], STDOUT_FILENO);
        if (v->listener >= 0) {
            pass(listener, v->listener);
        }
        execvp(v->words[0], v->words);
        _exit(127);
    }
    close(out[1]);
    int process = (int) syscall(SYS_pidfd_open, pid, 0);
    if (pid < 0 || process < 0) {
        fail("fork and pidfd_open", v->name);
    }
    struct pollfd fds[] = {{process, POLLIN, 0}, {receiver, POLLIN, 0}};
    int datagrams = 0;
    while (!(fds[0].revents & POLLIN)) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            fail("poll", v->name);
        }
        datagrams += drain(receiver);
    }
    struct rusage usage;
    int status;
    wait4(pid, &status, 0, &usage);
    long wall = microseconds() - start;
    datagrams += drain(receiver);
    close(process);

    char text[64] = "";
    ssize_t length = read(out[0], text, sizeof text - 1);
    close(out[0]);
    if (status != 0 || (v->notified && datagrams == 0)) {
        fprintf(stderr, "cold: %s: wait status %d, %d datagrams; again with COLD_STDERR=1 to see its messages\n", v->name,
                status, datagrams);
        exit(1);
    }
    long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    printf("%d\t%s\t%ld\t%ld\t%ld\n", round, v->name, cpu, wall, length > 0 ? atol(text) : -1);
    fflush(stdout);
}

int main(int count, char **arguments) {
    static struct variant variants[MAX_VARIANTS];
    if (count != 3) {
        fprintf(stderr, "usage: cold SOCKET ROUNDS < variants\n");
        return 2;
    }
    if (arguments[1][0] != '/') {
        errno = EINVAL;
        fail("not an absolute path:", arguments[1]);
    }
    int receiver = bind_socket(arguments[1]);
    int listener = listen_somewhere();
    int size = read_variants(variants);
    for (int round = 1; round <= atoi(arguments[2]); round++) {
        for (int i = 0; i < size; i++) {
            run(&variants[i], round, receiver, listener, arguments[1]);
        }
    }
    unlink(arguments[1]);
    return 0;
}
