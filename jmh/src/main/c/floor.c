/*
 * What a C service would do, to measure beside: a send() on a socket that is kept, and libsystemd's sd_notify(). Each
 * function does a whole batch, so that the step from Java into C counts once in a batch and not in each datagram.
 *
 * Called over JNI, whose ABI is a plain function with two pointers in front: no jni.h is needed, and no libsystemd-dev,
 * because dlopen() finds the one function that is called.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define JNI(name) Java_io_github_systemd4j_jmh_Floor_##name

static const char MESSAGE[] = "WATCHDOG=1";

static int receiver = -1;
static int sender = -1;
static int (*sd_notify)(int, const char *);

/* Binds NOTIFY_SOCKET as a manager does, and connects the floor's own sender to it. Returns 0 or -errno. */
int JNI(bind)(void *env, void *type) {
    (void) env, (void) type;
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || path[0] != '/' || strlen(path) >= sizeof address.sun_path) {
        return -EINVAL;
    }
    strcpy(address.sun_path, path);
    unlink(path);
    int one = 1;
    receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (setsockopt(receiver, SOL_SOCKET, SO_PASSCRED, &one, sizeof one) < 0
        || bind(receiver, (struct sockaddr *) &address, sizeof address) < 0
        || connect(sender, (struct sockaddr *) &address, sizeof address) < 0) {
        return -errno;
    }
    return 0;
}

/* The connected socket, for those who call send() themselves. */
int JNI(sender)(void *env, void *type) {
    (void) env, (void) type;
    return sender;
}

/* Whether libsystemd is there: 1 or 0. */
int JNI(hasLibsystemd)(void *env, void *type) {
    (void) env, (void) type;
    void *library = dlopen("libsystemd.so.0", RTLD_NOW);
    sd_notify = library ? (int (*)(int, const char *)) dlsym(library, "sd_notify") : NULL;
    return sd_notify != NULL;
}

/* Takes everything out of the queue and returns how many datagrams that were. */
int JNI(drain)(void *env, void *type) {
    (void) env, (void) type;
    char bytes[4096];
    int count = 0;
    while (recv(receiver, bytes, sizeof bytes, MSG_DONTWAIT) >= 0) {
        count++;
    }
    return count;
}

/* Only the step into C and back. */
int JNI(nothing)(void *env, void *type, int count) {
    (void) env, (void) type;
    return count;
}

/* The floor. Returns how many datagrams were sent. */
int JNI(send)(void *env, void *type, int count) {
    (void) env, (void) type;
    int sent = 0;
    for (int i = 0; i < count; i++) {
        sent += send(sender, MESSAGE, sizeof MESSAGE - 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
    }
    return sent;
}

/* The same by libsystemd. */
int JNI(sdNotify)(void *env, void *type, int count) {
    (void) env, (void) type;
    int sent = 0;
    for (int i = 0; i < count; i++) {
        sent += sd_notify(0, MESSAGE) > 0;
    }
    return sent;
}
