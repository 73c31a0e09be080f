package io.github.systemd4j.sdnotify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.linux.libc.Memory;
import io.github.systemd4j.linux.libc.PollFd;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The service of {@link NotifyBoxIT}: takes commands from one FIFO, answers each on another. The unit's environment is
 * the only thing it knows of its manager.
 */
public final class BoxService {

    private static final Notifier NOTIFIER = Notifier.fromEnvironment();

    private static volatile boolean healthy = true;

    private BoxService() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("say")) { // a child that speaks for itself, and ends
            NOTIFIER.status(args[1]);
            System.exit(NOTIFIER.barrier(Duration.ofSeconds(10)).isSent() ? 0 : 1);
        }
        // Opening a FIFO waits for the other side, so both sides open them in this order.
        try (BufferedReader commands = Files.newBufferedReader(Path.of(args[0], "in"), UTF_8);
                PrintStream answers = new PrintStream(Files.newOutputStream(Path.of(args[0], "out")), true, UTF_8)) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ", 2);
                answers.println(answer(words[0], words.length > 1 ? words[1] : ""));
            }
        }
    }

    private static Object answer(String command, String argument) throws Exception {
        return switch (command) {
            case "ready" -> NOTIFIER.ready();
            case "status" -> NOTIFIER.status(argument);
            case "ready-with-everything-else" ->
                NOTIFIER.send(Notification.builder()
                        .status(argument)
                        .errno(5)
                        .custom("X_BOX", "1")
                        .ready()
                        .build());
            case "reloading" -> NOTIFIER.reloading();
            case "stopping" -> NOTIFIER.stopping();
            case "errno" ->
                NOTIFIER.send(
                        Notification.builder().errno(Integer.parseInt(argument)).build());
            case "barrier" -> NOTIFIER.barrier(Duration.ofSeconds(10));
            case "main-pid" ->
                NOTIFIER.send(
                        Notification.builder().mainPid(Long.parseLong(argument)).build());
            case "watchdog-timeout" ->
                NOTIFIER.send(Notification.builder()
                        .watchdogTimeout(Duration.ofSeconds(Long.parseLong(argument)))
                        .watchdog()
                        .build());
            case "watchdog-trigger" ->
                NOTIFIER.send(Notification.builder().watchdogTrigger().build());
            case "ping" -> {
                PINGER[0] = NOTIFIER.pingWatchdog(Watchdog.fromEnvironment(), () -> healthy);
                yield Watchdog.fromEnvironment();
            }
            case "pings" -> PINGER[0].pings();
            case "fall-ill" -> healthy = false;
            case "extend" -> NOTIFIER.extendStartup(Duration.ofSeconds(Long.parseLong(argument)));
            case "store" -> store(argument);
            case "unstore" ->
                NOTIFIER.send(Notification.builder().removeDescriptors(argument).build());
            case "stored" -> stored();
            case "child" -> child(argument);
            case "also-to" -> {
                RAW[0] = new RawSender(System.getenv("NOTIFY_SOCKET"));
                RAW[1] = new RawSender(argument);
                yield "";
            }
            case "raw" -> raw(argument.split(" ", -1));
            case "held" -> held();
            case "sleeper" -> new ProcessBuilder("sleep", "1000").start().pid();
            default -> "no such command: " + command;
        };
    }

    private static final RawSender[] RAW = new RawSender[2];
    private static final List<Integer> READ_ENDS = new ArrayList<>();

    /** The same bytes to the manager and to the other receiver, each with write ends of the same pipes. */
    private static String raw(String[] hexAndCount) {
        byte[] bytes = HexFormat.of().parseHex(hexAndCount[0]);
        int[] fds = new int[Integer.parseInt(hexAndCount[1])];
        for (int i = 0; i < fds.length; i++) {
            int[] pipe = Descriptors.pipe();
            READ_ENDS.add(pipe[0]);
            fds[i] = pipe[1];
        }
        String answer = RAW[0].send(bytes, 0, fds) + " " + RAW[1].send(bytes, 0, fds);
        Descriptors.close(fds);
        return answer;
    }

    /** How many of the pipes somebody holds the write end of, after the manager has read all; forgets them. */
    private static int held() {
        NOTIFIER.barrier(Duration.ofSeconds(10));
        int held = 0;
        PollFd poll = new PollFd(Descriptors.LIBC);
        for (int end : READ_ENDS) {
            held += poll.await(end, 0, System.nanoTime()) == 0 ? 1 : 0;
            Descriptors.close(end);
        }
        READ_ENDS.clear();
        return held;
    }

    private static final WatchdogPinger[] PINGER = new WatchdogPinger[1];

    /** Puts the name itself into a memfd and stores that. */
    private static NotifyResult store(String name) {
        byte[] bytes = (name + "\0").getBytes(UTF_8);
        Memory memory = Memory.allocate(Descriptors.LIBC, bytes.length);
        memory.bytes().put(0, bytes);
        int fd = Descriptors.LIBC.memfd_create(memory.address(), 0);
        Descriptors.LIBC.write(fd, memory.address(), bytes.length - 1);
        memory.keepAlive();
        NotifyResult result = NOTIFIER.send(
                Notification.builder().storeDescriptors(name, fd).noPoll().build());
        Descriptors.close(fd);
        return result;
    }

    /** What came back: name=content for each, sorted. */
    private static List<String> stored() {
        String[] names = System.getenv().getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        int count = Integer.parseInt(System.getenv().getOrDefault("LISTEN_FDS", "0"));
        String[] found = new String[count];
        for (int i = 0; i < count; i++) {
            Memory memory = Memory.allocate(Descriptors.LIBC, 256);
            Descriptors.LIBC.lseek(3 + i, 0, 0);
            int length = (int) Descriptors.LIBC.read(3 + i, memory.address(), 256);
            byte[] content = new byte[length];
            memory.bytes().get(0, content);
            found[i] = names[i] + "=" + new String(content, UTF_8);
        }
        Arrays.sort(found);
        return List.of(found);
    }

    private static int child(String status) throws Exception {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BoxService.class.getName(),
                        "say",
                        status)
                .inheritIO()
                .start()
                .waitFor();
    }
}
