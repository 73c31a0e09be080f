/*
 * What a C service would do to write a record to the journal: libsystemd's sd_journal_sendv(), and a send() of the
 * finished record on a socket that is kept; and who receives. The receiver is bound where libsystemd looks for journald,
 * so this runs in a mount namespace of its own. Called as the functions of floor.c are.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define JNI(name) Java_io_github_systemd4j_jmh_Floor_##name

#define PATH "/run/systemd/journal/socket"

/* The fields of JournalCost. */
#define PRIORITY "PRIORITY=6"
#define IDENTIFIER "SYSLOG_IDENTIFIER=orders"
#define LOGGER "LOGGER=com.example.orders.web.OrderController"
#define THREAD "THREAD_NAME=http-nio-8080-exec-7"
#define MESSAGE \
    "MESSAGE=Request 4711 of GET /api/v1/orders was answered with 200 in 17 ms, 1834 bytes, from the cache, for tenant acme (EU)"

static const char RECORD[] = PRIORITY "\n" IDENTIFIER "\n" LOGGER "\n" THREAD "\n" MESSAGE "\n";

static int sender = -1;
static int (*sd_journal_sendv)(const struct iovec *, int);
static struct {
    atomic_llong received;
    atomic_int busy;
} *shared;

/* Takes records, and counts them, in a process of its own that ends with this one. While it is busy it takes none. */
static void receive(int receiver) {
    static char bytes[1 << 16];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (recv(receiver, bytes, sizeof bytes, 0) > 0) {
        atomic_fetch_add(&shared->received, 1);
        while (atomic_load(&shared->busy)) {
            usleep(100);
        }
    }
    _exit(1);
}

/* Binds journald's socket as systemd does, and connects the floor's own sender to it. Returns 0 or -errno. */
int JNI(startJournal)(void *env, void *type) {
    (void) env, (void) type;
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PATH};
    int one = 1;
    int size = 8 << 20;
    int receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    void *library = dlopen("libsystemd.so.0", RTLD_NOW);
    sd_journal_sendv = library ? (int (*)(const struct iovec *, int)) dlsym(library, "sd_journal_sendv") : NULL;
    if (!sd_journal_sendv) {
        return -ENOSYS;
    }
    if (shared == MAP_FAILED || setsockopt(receiver, SOL_SOCKET, SO_PASSCRED, &one, sizeof one) < 0
        || setsockopt(receiver, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof one) < 0
        || bind(receiver, (struct sockaddr *) &address, sizeof address) < 0
        || setsockopt(sender, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) < 0
        || connect(sender, (struct sockaddr *) &address, sizeof address) < 0) {
        return -errno;
    }
    pid_t child = fork();
    if (child == 0) {
        receive(receiver);
    }
    int result = child < 0 ? -errno : 0;
    close(receiver);
    return result;
}

/* How many records have been received. */
long long JNI(received)(void *env, void *type) {
    (void) env, (void) type;
    return atomic_load(&shared->received);
}

/* Whether the receiver leaves in the queue what comes. */
void JNI(journalIsBusy)(void *env, void *type, unsigned char busy) {
    (void) env, (void) type;
    atomic_store(&shared->busy, busy);
}

/* The length of the record. */
int JNI(recordLength)(void *env, void *type) {
    (void) env, (void) type;
    return sizeof RECORD - 1;
}

/* Returns how many records were sent. */
int JNI(sendRecord)(void *env, void *type, int count) {
    (void) env, (void) type;
    int sent = 0;
    for (int i = 0; i < count; i++) {
        sent += send(sender, RECORD, sizeof RECORD - 1, MSG_NOSIGNAL) > 0;
    }
    return sent;
}

/* The same by libsystemd. */
int JNI(sdJournalSendv)(void *env, void *type, int count) {
    (void) env, (void) type;
#define FIELD(text) {.iov_base = (char *) text, .iov_len = sizeof text - 1}
    const struct iovec fields[] = {FIELD(PRIORITY), FIELD(IDENTIFIER), FIELD(LOGGER), FIELD(THREAD), FIELD(MESSAGE)};
    int sent = 0;
    for (int i = 0; i < count; i++) {
        sent += sd_journal_sendv(fields, sizeof fields / sizeof fields[0]) == 0;
    }
    return sent;
}
