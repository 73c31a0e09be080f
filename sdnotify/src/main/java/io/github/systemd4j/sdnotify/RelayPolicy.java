package io.github.systemd4j.sdnotify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link NotifyRelay} lets through, from whom, and what it makes of it.
 *
 * <p>{@link #forwardAll} is the beginning; each method returns a policy that does one more thing. What always holds:
 * datagrams that systemd would ignore are refused, descriptors that nobody asks to store are closed, and {@code MAINPID}
 * is translated: from the sender's pid namespace into ours, and only if it names the sender itself, a process below it or
 * of its control group, or if root asks. Any other is left out, because systemd takes a relay's word for more than it took the
 * sender's.
 *
 * <p>Immutable and thread safe, as the functions are that it is given.
 */
public final class RelayPolicy {

    /**
     * Who sent a datagram, by the kernel's word.
     *
     * @param pid the process, in our pid namespace
     * @param uid its user
     * @param gid its group
     */
    public record Sender(int pid, int uid, int gid) {

        /**
         * Where the process is in the unified control group hierarchy, as cgroups(7) has it; where all are in its root,
         * as on a system of v1, in systemd's own.
         *
         * @return a path such as {@code /system.slice/web.service}, empty if the process has ended
         */
        public Optional<String> cgroup() {
            try {
                String unified = null;
                String systemd = null;
                Path file = Path.of("/proc/" + pid + "/cgroup");
                for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                    String path = line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1);
                    unified = line.startsWith("0::") ? path : unified;
                    systemd = line.contains(":name=systemd:") ? path : systemd;
                }
                return Optional.ofNullable(
                        systemd != null && (unified == null || unified.equals("/")) ? systemd : unified);
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    }

    private final Predicate<Sender> senders;
    private final Map<String, Function<String, Optional<String>>> rules;
    private final boolean readyOnce;
    private final long pingNanos;
    private final @Nullable Duration barrierTimeout;
    private final Map<String, Supplier<Optional<String>>> readyFields;

    private RelayPolicy(
            Predicate<Sender> senders,
            Map<String, Function<String, Optional<String>>> rules,
            boolean readyOnce,
            long pingNanos,
            @Nullable Duration barrierTimeout,
            Map<String, Supplier<Optional<String>>> readyFields) {
        this.senders = senders;
        this.rules = rules;
        this.readyOnce = readyOnce;
        this.pingNanos = pingNanos;
        this.barrierTimeout = barrierTimeout;
        this.readyFields = readyFields;
    }

    /**
     * Everything from everybody who can reach the socket.
     *
     * @return the policy
     */
    public static RelayPolicy forwardAll() {
        return new RelayPolicy(sender -> true, Map.of(), false, 0, null, Map.of());
    }

    /**
     * Hears only those who pass. Asked for each datagram in the relay's own thread; whatever it throws counts as no.
     *
     * @param senders whether a sender is heard
     * @return the policy
     */
    public RelayPolicy acceptFrom(Predicate<Sender> senders) {
        return new RelayPolicy(this.senders.and(senders), rules, readyOnce, pingNanos, barrierTimeout, readyFields);
    }

    /**
     * Leaves fields out, such as {@code MAINPID} or {@code FDSTORE}.
     *
     * @param keys the fields' keys
     * @return the policy
     */
    public RelayPolicy drop(String... keys) {
        RelayPolicy policy = this;
        for (String key : keys) {
            policy = policy.rewrite(key, value -> Optional.empty());
        }
        return policy;
    }

    /**
     * Gives a field another value. Of a key's functions the last one given counts; that of {@code MAINPID} is given the
     * translated pid. A value that is no line of text leaves the field out, and so does whatever is thrown.
     *
     * @param key the field's key
     * @param value takes the value as the sender wrote it and answers what is sent on; empty leaves the field out
     * @return the policy
     */
    public RelayPolicy rewrite(String key, Function<String, Optional<String>> value) {
        Fields.requireKey("key", key);
        Map<String, Function<String, Optional<String>>> more = new LinkedHashMap<>(rules);
        more.put(key, value);
        return new RelayPolicy(
                senders, Collections.unmodifiableMap(more), readyOnce, pingNanos, barrierTimeout, readyFields);
    }

    /**
     * Puts a text before each status; a cleared status stays clear. What is then too long is cut.
     *
     * @param prefix the text, one line
     * @return the policy
     */
    public RelayPolicy prefixStatus(String prefix) {
        Fields.requireLine("prefix", prefix);
        return rewrite("STATUS", status -> Optional.of(status.isEmpty() ? "" : prefix + status));
    }

    /**
     * Adds a field to each datagram that says {@code READY=1}, in the place of one that the sender has given: for what the
     * one below does not know, as a wrapper tells in the same moment which process is the main one.
     *
     * <pre>{@code
     * RelayPolicy.forwardAll().drop("MAINPID").withReady("MAINPID", () -> Optional.of(Long.toString(pid)))
     * }</pre>
     *
     * <p>What is added is nobody's but ours: it is neither translated nor rewritten. If the datagram would be too long its
     * status is cut, and what does not fit then is left out; readiness goes on in any case. Of a key's values the last one
     * given counts.
     *
     * @param key the field's key; not {@code READY}
     * @param value asked for each such datagram in the relay's own thread; empty, a value that is no line of text, and an
     *     exception, add nothing
     * @return the policy
     */
    public RelayPolicy withReady(String key, Supplier<Optional<String>> value) {
        Fields.requireKey("key", key);
        if (key.equals("READY")) {
            throw new IllegalArgumentException("key: READY, which it is added to");
        }
        Map<String, Supplier<Optional<String>>> more = new LinkedHashMap<>(readyFields);
        more.put(key, value);
        return new RelayPolicy(senders, rules, readyOnce, pingNanos, barrierTimeout, Collections.unmodifiableMap(more));
    }

    /**
     * Sends {@code READY=1} on once; again only after {@code RELOADING=1} or {@code STOPPING=1}. For relays further up
     * that stop listening at the second one.
     *
     * @return the policy
     */
    public RelayPolicy readyOnce() {
        return new RelayPolicy(senders, rules, true, pingNanos, barrierTimeout, readyFields);
    }

    /**
     * Sends {@code WATCHDOG=1} on no more often than this. Pings in between are left out, so that up there two are as far
     * apart as this and the service's own interval together: that must be less than the watchdog's time.
     *
     * @param interval 1 microsecond or more
     * @return the policy
     */
    public RelayPolicy pingAtMostEvery(Duration interval) {
        Fields.requireMicros("interval", interval);
        return new RelayPolicy(senders, rules, readyOnce, Fields.nanos(interval), barrierTimeout, readyFields);
    }

    /**
     * Answers barriers itself, after one of its own was answered up there, or after the time. Otherwise they are passed
     * on with their descriptor, and whoever closes it last answers.
     *
     * @param timeout how long to wait for the answer, 1 microsecond or more
     * @return the policy
     */
    public RelayPolicy answerBarriers(Duration timeout) {
        Fields.requireMicros("timeout", timeout);
        return new RelayPolicy(senders, rules, readyOnce, pingNanos, timeout, readyFields);
    }

    boolean accepts(Sender sender) {
        return senders.test(sender);
    }

    @Nullable
    Function<String, Optional<String>> rule(String key) {
        return rules.get(key);
    }

    Map<String, Supplier<Optional<String>>> readyFields() {
        return readyFields;
    }

    boolean isReadyOnce() {
        return readyOnce;
    }

    long pingNanos() {
        return pingNanos;
    }

    @Nullable
    Duration barrierTimeout() {
        return barrierTimeout;
    }
}
