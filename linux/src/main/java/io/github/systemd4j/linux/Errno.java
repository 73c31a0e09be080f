package io.github.systemd4j.linux;

/**
 * The kernel's error numbers and their names, as in errno(3). Names, never the text of strerror(3): that is translated.
 *
 * <p>The numbers are those of the kernel's generic table, which every architecture that systemd4j supports uses.
 */
public final class Errno {

    /** Operation not permitted. */
    public static final int EPERM = 1;

    /** No such file or directory. */
    public static final int ENOENT = 2;

    /** No such process. */
    public static final int ESRCH = 3;

    /** Interrupted by a signal. */
    public static final int EINTR = 4;

    /** No such device or address. */
    public static final int ENXIO = 6;

    /** Not an open descriptor. */
    public static final int EBADF = 9;

    /** Try again: the call would block. */
    public static final int EAGAIN = 11;

    /** Out of memory. */
    public static final int ENOMEM = 12;

    /** Permission denied. */
    public static final int EACCES = 13;

    /** No such device. */
    public static final int ENODEV = 19;

    /** Not a directory. */
    public static final int ENOTDIR = 20;

    /** Invalid argument. */
    public static final int EINVAL = 22;

    /** Too many open files in the whole system. */
    public static final int ENFILE = 23;

    /** Too many open descriptors. */
    public static final int EMFILE = 24;

    /** Broken pipe: the other side reads no more. */
    public static final int EPIPE = 32;

    /** Out of range. */
    public static final int ERANGE = 34;

    /** Name too long. */
    public static final int ENAMETOOLONG = 36;

    /** Not implemented; also our own answer where no system call can be made at all. */
    public static final int ENOSYS = 38;

    /** Protocol error. */
    public static final int EPROTO = 71;

    /** Not a socket. */
    public static final int ENOTSOCK = 88;

    /** Message too long. */
    public static final int EMSGSIZE = 90;

    /** Protocol not supported. */
    public static final int EPROTONOSUPPORT = 93;

    /** Socket type not supported. */
    public static final int ESOCKTNOSUPPORT = 94;

    /** Operation not supported. */
    public static final int EOPNOTSUPP = 95;

    /** Address family not supported. */
    public static final int EAFNOSUPPORT = 97;

    /** Address already in use. */
    public static final int EADDRINUSE = 98;

    /** Address not available. */
    public static final int EADDRNOTAVAIL = 99;

    /** Connection reset by the peer. */
    public static final int ECONNRESET = 104;

    /** No buffer space available. */
    public static final int ENOBUFS = 105;

    /** Not connected. */
    public static final int ENOTCONN = 107;

    /** Too many descriptors on their way through sockets. */
    public static final int ETOOMANYREFS = 109;

    /** Timed out. */
    public static final int ETIMEDOUT = 110;

    /** Connection refused: nobody listens there. */
    public static final int ECONNREFUSED = 111;

    /** In progress. */
    public static final int EINPROGRESS = 115;

    // One string instead of an array: it costs nothing until the first failure asks for a name. The n-th word is errno
    // n.
    private static final String NAMES = ""
            + "- EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES "
            + "EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY "
            + "ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG "
            + "ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG "
            + "EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR "
            + "ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP "
            + "EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX "
            + "ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE "
            + "ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT "
            + "EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET "
            + "ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN "
            + "EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO "
            + "EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED "
            + "EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON";

    private Errno() {}

    /**
     * The name of an error number.
     *
     * @param errno a number, such as 111
     * @return its name, such as {@code ECONNREFUSED}; {@code errno} for a number that has none
     */
    public static String name(int errno) {
        int start = 0;
        for (int n = 0; n < errno && start > -1; n++) {
            start = NAMES.indexOf(' ', start) + 1;
            if (start == 0) {
                return "errno";
            }
        }
        int end = NAMES.indexOf(' ', start);
        String name = end < 0 ? NAMES.substring(start) : NAMES.substring(start, end);
        return errno <= 0 || name.equals("-") ? "errno" : name;
    }

    /**
     * The number of a name.
     *
     * @param name such as {@code ECONNREFUSED}
     * @return the number, 0 for what is no name of one
     */
    public static int number(String name) {
        String second = switch (name) { // errno(3) has two names for some
            case "EWOULDBLOCK" -> "EAGAIN";
            case "EDEADLOCK" -> "EDEADLK";
            case "ENOTSUP" -> "EOPNOTSUPP";
            default -> name;
        };
        int number = 0;
        for (String each : NAMES.split(" ", -1)) {
            if (each.equals(second) && number > 0 && !each.equals("-")) {
                return number;
            }
            number++;
        }
        return 0;
    }
}
