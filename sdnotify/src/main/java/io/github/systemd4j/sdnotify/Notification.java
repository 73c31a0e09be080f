package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.libc.Constants;
import io.github.systemd4j.linux.libc.Libc;
import io.github.systemd4j.linux.libc.Memory;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One datagram of sd_notify(3): one or more fields, encoded once, sent any number of times by {@link Notifier#send}.
 *
 * <pre>{@code
 * Notification up = Notification.builder().ready().status("serving").mainPid(pid).build();
 * }</pre>
 *
 * <p>{@code READY=1} always stands first and {@code STATUS=} last, in whatever order the builder was told: relays of
 * containers read only the beginning. Fields that systemd wants alone or together are checked in {@link
 * Builder#build}. A whole datagram has at most 4096 bytes, because systemd drops a longer one; only a status that is
 * too long is cut, between two code points. Immutable and thread safe.
 */
public final class Notification {

    static final int[] NO_DESCRIPTORS = {};

    private static final String RELOADING_LINE = "RELOADING=1"; // always the first, READY cannot be beside it

    private static final byte[] STATUS = "STATUS=".getBytes(UTF_8);

    static final Notification READY = builder().ready().build();
    static final Notification RELOADING = builder().reloading().build();
    static final Notification STOPPING = builder().stopping().build();
    static final Notification WATCHDOG = builder().watchdog().build();

    private final byte[] bytes;
    private final int[] descriptors;
    private final boolean ready;
    private final boolean reloading;

    private Notification(byte[] bytes, int[] descriptors, boolean ready, boolean reloading) {
        this.bytes = bytes;
        this.descriptors = descriptors;
        this.ready = ready;
        this.reloading = reloading;
    }

    /** The one field that changes all the time, without the builder's detour. */
    static Notification ofStatus(String status) {
        Fields.requireLine("status", status);
        return new Notification(Utf8.append(STATUS, status, Fields.MAX_DATAGRAM), NO_DESCRIPTORS, false, false);
    }

    /** Alone in its datagram, with exactly one descriptor: systemd drops any other. */
    static Notification barrier(int fd) {
        return new Notification("BARRIER=1".getBytes(UTF_8), new int[] {fd}, false, false);
    }

    /** What another one sent, for a relay: nothing is added to it and nothing is checked. */
    static Notification relayed(byte[] bytes, int[] descriptors) {
        return new Notification(bytes, descriptors, false, false);
    }

    /**
     * Starts a notification.
     *
     * @return a builder without fields
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return the length of the datagram in bytes, at most 4096} */
    public int length() {
        return bytes.length;
    }

    /** {@return the datagram's text, fields separated by newlines; without the MONOTONIC_USEC that reloading gets as it is sent} */
    @Override
    public String toString() {
        return new String(bytes, UTF_8);
    }

    byte[] bytes() {
        return bytes;
    }

    int[] descriptors() {
        return descriptors;
    }

    boolean isReady() {
        return ready;
    }

    /** Whether the time must be added while it is sent: it must be that of the reload, not of the building. */
    boolean isReloading() {
        return reloading;
    }

    /** With MONOTONIC_USEC of now: CLOCK_MONOTONIC, which systemd compares with its own. Right after RELOADING=1. */
    byte[] bytesWithTime(Libc libc) {
        Memory timespec = Memory.allocate(libc, 16);
        libc.clock_gettime(Constants.CLOCK_MONOTONIC, timespec.address());
        timespec.keepAlive();
        long usec = timespec.bytes().getLong(0) * 1_000_000 + timespec.bytes().getLong(8) / 1000;
        byte[] line = ("\nMONOTONIC_USEC=" + usec).getBytes(UTF_8);
        int first = RELOADING_LINE.length();
        byte[] all = Arrays.copyOf(bytes, bytes.length + line.length);
        System.arraycopy(line, 0, all, first, line.length);
        System.arraycopy(bytes, first, all, first + line.length, bytes.length - first);
        return all;
    }

    /** Has the class initialised, ahead of the first notification. */
    static void load() {}

    /**
     * Collects the fields of a {@link Notification}. A field that is given twice has the last value; descriptors under a
     * second name are refused. Not thread safe.
     *
     * <p>Every method throws {@link IllegalArgumentException}, naming the parameter, for a value that the protocol
     * cannot carry: a newline or NUL (they would forge or void fields), text that is no Unicode, a number out of range.
     */
    public static final class Builder {

        /** Room for the line MONOTONIC_USEC=18446744073709551615 and its newline. */
        static final int MONOTONIC_ROOM = 36;

        private final Map<String, String> fields = new LinkedHashMap<>();
        private int[] descriptors = NO_DESCRIPTORS;
        private @Nullable String status;
        private boolean ready;
        private boolean reloading;

        private Builder() {}

        /**
         * {@code READY=1}: start-up, or a reload, is finished.
         *
         * @return this
         */
        public Builder ready() {
            ready = true;
            return this;
        }

        /**
         * {@code RELOADING=1}, always together with {@code MONOTONIC_USEC} of the moment it is sent, which {@code
         * Type=notify-reload} demands. Send {@link #ready} when the reload is done.
         *
         * @return this
         */
        public Builder reloading() {
            reloading = true;
            return this;
        }

        /**
         * {@code STOPPING=1}: shutting down. Final since systemd 259.
         *
         * @return this
         */
        public Builder stopping() {
            return field("STOPPING", "1");
        }

        /**
         * {@code STATUS=}: one line for people, shown by {@code systemctl status}; empty clears it. What does not fit
         * the datagram is cut. Relays of crun and conmon take the text {@code READY=1} for readiness wherever it
         * stands: do not write it here.
         *
         * @param status one line
         * @return this
         */
        public Builder status(String status) {
            Fields.requireLine("status", status);
            this.status = status;
            return this;
        }

        /**
         * {@code ERRNO=}: the service fails for this reason.
         *
         * @param errno a number of errno(3), 1 to 4095
         * @return this
         */
        public Builder errno(int errno) {
            if (errno < 1 || errno > 4095) {
                throw new IllegalArgumentException("errno: " + errno + ", must be 1 to 4095");
            }
            return field("ERRNO", Integer.toString(errno));
        }

        /**
         * {@code BUSERROR=}: the service fails for this reason, in D-Bus style.
         *
         * @param name such as {@code org.freedesktop.DBus.Error.TimedOut}, printable ASCII
         * @return this
         */
        public Builder busError(String name) {
            return field("BUSERROR", Fields.requirePrintable("name", name));
        }

        /**
         * {@code VARLINKERROR=}: the service fails for this reason, in Varlink style. Since systemd 257.
         *
         * @param name such as {@code org.varlink.service.InvalidParameter}, printable ASCII
         * @return this
         */
        public Builder varlinkError(String name) {
            return field("VARLINKERROR", Fields.requirePrintable("name", name));
        }

        /**
         * {@code EXIT_STATUS=}: the status that the service will end with. Systemd only shows it; containers and VMs
         * pass it to the outside. Since systemd 254.
         *
         * @param status 0 to 255
         * @return this
         */
        public Builder exitStatus(int status) {
            if (status < 0 || status > 255) {
                throw new IllegalArgumentException("status: " + status + ", must be 0 to 255");
            }
            return field("EXIT_STATUS", Integer.toString(status));
        }

        /**
         * {@code MAINPID=}: the service's main process is another one. Systemd takes a process of the unit, from root
         * any.
         *
         * @param pid as this process's pid namespace has it
         * @return this
         */
        public Builder mainPid(long pid) {
            return field("MAINPID", Long.toString(Fields.requirePid("pid", pid)));
        }

        /**
         * {@code MAINPIDFDID=}: the inode number of the main process's pidfd, beside {@link #mainPid}. Since systemd
         * 257.
         *
         * @param inode the number, read as unsigned
         * @return this
         */
        public Builder mainPidFdId(long inode) {
            if (inode == 0) {
                throw new IllegalArgumentException("inode: 0, must be the inode number of a pidfd");
            }
            return field("MAINPIDFDID", Long.toUnsignedString(inode));
        }

        /**
         * {@code MAINPIDFD=1} with the descriptor: the main process, by its pidfd. Since systemd 257.
         *
         * @param pidfd the descriptor, stays the caller's
         * @return this
         */
        public Builder mainPidFd(int pidfd) {
            field("MAINPIDFD", "1");
            return descriptors("pidfd", new int[] {pidfd});
        }

        /**
         * {@code WATCHDOG=1}: the service is alive. Best in a datagram of its own, see {@link Notifier#watchdog}.
         *
         * @return this
         */
        public Builder watchdog() {
            return field("WATCHDOG", "1");
        }

        /**
         * {@code WATCHDOG=trigger}: the service has found itself broken; systemd acts as if the watchdog had run out.
         * Since systemd 243.
         *
         * @return this
         */
        public Builder watchdogTrigger() {
            return field("WATCHDOG", "trigger");
        }

        /**
         * {@code WATCHDOG_USEC=}: from now on pings are due this often. Goes into effect at the next ping.
         *
         * @param timeout 1 microsecond or more
         * @return this
         */
        public Builder watchdogTimeout(Duration timeout) {
            return field("WATCHDOG_USEC", Long.toString(Fields.requireMicros("timeout", timeout)));
        }

        /**
         * {@code EXTEND_TIMEOUT_USEC=}: start-up, run time or stop, whichever is under way, may take this long from
         * now. Systemd 236. Must be repeated before it runs out, see {@link StartupExtension}.
         *
         * @param extension 1 microsecond or more
         * @return this
         */
        public Builder extendTimeout(Duration extension) {
            return field("EXTEND_TIMEOUT_USEC", Long.toString(Fields.requireMicros("extension", extension)));
        }

        /**
         * {@code NOTIFYACCESS=}: who may notify from now on. Since systemd 254.
         *
         * @param access what {@code NotifyAccess=} takes in a unit file
         * @return this
         */
        public Builder notifyAccess(NotifyAccess access) {
            return field("NOTIFYACCESS", access.value());
        }

        /**
         * {@code RESTART_RESET=1}: the count of restarts and their growing delay begin anew. Since systemd 258.
         *
         * @return this
         */
        public Builder restartReset() {
            return field("RESTART_RESET", "1");
        }

        /**
         * {@code FDSTORE=1} with descriptors: systemd keeps them and hands them back after a restart. Needs {@code
         * FileDescriptorStoreMax=}. It closes them when the other side hangs up, but see {@link #noPoll}.
         *
         * @param name {@code FDNAME=}, the name they come back under: ASCII, no colon, 1 to 255 characters
         * @param fds 1 to 253 open descriptors, they stay the caller's
         * @return this
         */
        public Builder storeDescriptors(String name, int... fds) {
            once("FDSTORE", "name", name);
            field("FDNAME", Fields.requireFdName("name", name));
            return descriptors("fds", fds);
        }

        /**
         * {@code FDPOLL=0}: systemd does not watch the stored descriptors for hang-up. Beside {@link
         * #storeDescriptors}. Since systemd 246.
         *
         * @return this
         */
        public Builder noPoll() {
            return field("FDPOLL", "0");
        }

        /**
         * {@code FDSTOREREMOVE=1}: systemd closes the stored descriptors of this name. Since systemd 236.
         *
         * @param name the name they were stored under
         * @return this
         */
        public Builder removeDescriptors(String name) {
            once("FDSTOREREMOVE", "name", name);
            return field("FDNAME", Fields.requireFdName("name", name));
        }

        /**
         * A field of one's own, ignored by systemd, for whoever else reads the socket.
         *
         * @param key {@code X_} followed by capital letters, digits and underscores
         * @param value one line
         * @return this
         */
        public Builder custom(String key, String value) {
            Fields.requireCustomKey("key", key);
            Fields.requireLine("value", value);
            return field(key, value);
        }

        /**
         * Encodes the fields.
         *
         * @return the notification
         * @throws IllegalArgumentException if there is no field, if fields contradict each other, or if they are longer
         *     than 4096 bytes without the status
         */
        public Notification build() {
            checkTogether();
            StringBuilder text = new StringBuilder(64);
            if (ready) {
                text.append("READY=1\n");
            }
            if (reloading) {
                text.append(RELOADING_LINE).append('\n');
            }
            // No lambda: its bootstrap would cost more than everything else here.
            for (Map.Entry<String, String> field : fields.entrySet()) {
                text.append(field.getKey()).append('=').append(field.getValue()).append('\n');
            }
            return new Notification(encode(text), descriptors, ready, reloading);
        }

        private byte[] encode(StringBuilder text) {
            int room = Fields.MAX_DATAGRAM - (reloading ? MONOTONIC_ROOM : 0);
            if (status != null) {
                text.append("STATUS=").append('\n');
            }
            // The last newline is not needed, and some relays would count it to the value.
            text.setLength(Math.max(0, text.length() - 1));
            byte[] head = text.toString().getBytes(UTF_8);
            if (head.length == 0) {
                throw new IllegalArgumentException("no field: an empty datagram ends the relays of containers");
            }
            if (head.length > room) {
                throw new IllegalArgumentException("fields: " + head.length + " bytes, systemd reads " + room
                        + " at most and drops what is longer");
            }
            if (status == null || status.isEmpty()) {
                return head;
            }
            return Utf8.append(head, status, room);
        }

        private void checkTogether() {
            if (ready && reloading) {
                throw new IllegalArgumentException("READY and RELOADING contradict each other in one datagram");
            }
            if (fields.containsKey("STOPPING") && (ready || reloading)) {
                throw new IllegalArgumentException("STOPPING takes effect and READY or RELOADING beside it does not");
            }
            if (fields.containsKey("FDSTORE") && fields.containsKey("FDSTOREREMOVE")) {
                throw new IllegalArgumentException("FDSTORE and FDSTOREREMOVE in one datagram");
            }
            if (fields.containsKey("MAINPIDFD") && fields.containsKey("FDSTORE")) {
                throw new IllegalArgumentException("MAINPIDFD and FDSTORE would both claim the descriptors");
            }
            if (fields.containsKey("FDPOLL") && !fields.containsKey("FDSTORE")) {
                throw new IllegalArgumentException("FDPOLL without descriptors to store");
            }
        }

        private Builder descriptors(String parameter, int[] fds) {
            descriptors = Fields.requireDescriptors(parameter, fds.clone());
            return this;
        }

        /** One datagram has one FDNAME, so descriptors of another name would be lost, and must not be so silently. */
        private void once(String key, String parameter, String value) {
            if (fields.containsKey(key)) {
                throw new IllegalArgumentException(
                        parameter + ": " + value + " is a second one, each name needs a notification of its own");
            }
            field(key, "1");
        }

        private Builder field(String key, String value) {
            fields.put(key, value);
            return this;
        }
    }
}
