package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.activation.box.EchoService;
import io.github.systemd4j.linux.libc.Constants;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link EchoService} behind real socket units, through each gate, also hardened. Writes to the box's root. */
@Timeout(120)
class ActivationBoxIT {

    private static final boolean FOREIGN = Runtime.version().feature() >= 22;
    private static final Path UNITS = Path.of("/run/systemd/system");
    private static final Path LOG = Path.of("/run/echo.log");
    private static final List<String> SOCKETS =
            List.of("web", "admin", "six", "udp", "stream", "abstract", "seqpacket", "datagram", "fifo");

    /**
     * One way to start the service.
     *
     * @param name of the variant, for people
     * @param gate that must be taken
     * @param java options
     * @param unit lines of the [Service] section
     */
    record Variant(String name, String gate, List<String> java, List<String> unit) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Variant> variants() {
        String jni = FOREIGN ? "ffm" : "jna";
        List<String> opens = List.of("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        List<String> none = List.of();
        // systemd's own files are needed by systemd alone; /opt is where the box has room
        List<String> noexec = List.of("TemporaryFileSystem=/tmp:rw,noexec /var/tmp:rw,noexec");
        List<String> unixOnly = List.of("RestrictAddressFamilies=AF_UNIX");
        List<String> strict = List.of(
                "RestrictAddressFamilies=AF_UNIX",
                "TemporaryFileSystem=/tmp:rw,noexec /var/tmp:rw,noexec",
                "PrivateNetwork=yes",
                "ProtectSystem=strict",
                "ProtectHome=read-only",
                "ReadWritePaths=/run",
                "NoNewPrivileges=yes",
                "CapabilityBoundingSet=",
                "SystemCallFilter=@system-service");
        Stream<Variant> everywhere = Stream.of(
                new Variant("opens", "opens", opens, none),
                new Variant("opens, no internet sockets", "opens", opens, unixOnly),
                new Variant("opens, tmp is noexec", "opens", opens, noexec),
                new Variant("opens, all of it", "opens", opens, strict),
                new Variant("JNI", jni, none, none),
                new Variant("JNI, no internet sockets", jni, none, unixOnly),
                new Variant(
                        "JNI, collector and compiler of another kind",
                        jni,
                        List.of("-XX:+UseParallelGC", "-Xint"),
                        none),
                new Variant("JNI, module path", jni, List.of("MODULES"), none),
                new Variant(
                        "opens, module path",
                        "opens",
                        List.of("MODULES", "--add-opens=java.base/sun.nio.ch=io.github.systemd4j.activation"),
                        none));
        Stream<Variant> foreign = Stream.of(
                new Variant("FFM, tmp is noexec", "ffm", none, noexec),
                new Variant("FFM, all of it", "ffm", none, strict),
                new Variant("JNA on a newer JDK", "jna", List.of("-Dio.github.systemd4j.linux.backend=jna"), none),
                new Variant(
                        "opens, native access denied",
                        "opens",
                        Stream.concat(opens.stream(), Stream.of("--illegal-native-access=deny"))
                                .toList(),
                        none));
        return FOREIGN ? Stream.concat(everywhere, foreign) : everywhere;
    }

    @BeforeAll
    static void socketUnits() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(UNITS);
        socket("web", "ListenStream=127.0.0.1:9001");
        socket("admin", "ListenStream=0.0.0.0:9002");
        socket("six", "ListenStream=[::1]:9003");
        socket("udp", "ListenDatagram=127.0.0.1:9004");
        socket("stream", "ListenStream=/run/echo.stream");
        socket("abstract", "ListenStream=@echo-abstract");
        socket("seqpacket", "ListenSequentialPacket=/run/echo.seqpacket");
        socket("datagram", "ListenDatagram=/run/echo.datagram");
        socket("fifo", "ListenFIFO=/run/echo.fifo");
        socket("spare-tcp", "ListenStream=127.0.0.1:9006");
        socket("spare-unix", "ListenStream=/run/echo.spare");
        Files.writeString(UNITS.resolve("accept.socket"), "[Socket]\nListenStream=127.0.0.1:9005\nAccept=yes\n");
    }

    private static void socket(String name, String listen) throws IOException {
        Files.writeString(
                UNITS.resolve("echo-" + name + ".socket"),
                "[Socket]\nService=echo.service\nFileDescriptorName=" + name + "\n" + listen + "\n");
    }

    private static void service(String unit, Variant variant) throws Exception {
        List<String> lines =
                new ArrayList<>(List.of("[Service]", "Type=exec", "NotifyAccess=main", "StandardError=append:" + LOG));
        lines.add("FileDescriptorStoreMax=10");
        lines.add("SuccessExitStatus=143");
        lines.addAll(variant.unit());
        lines.add("ExecStart=" + String.join(" ", command(variant)));
        Files.writeString(UNITS.resolve(unit), String.join("\n", lines) + "\n");
        Files.writeString(LOG, "");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
    }

    private static List<String> command(Variant variant) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        variant.java().stream().filter(option -> option.startsWith("-")).forEach(command::add);
        String[] path = System.getProperty("java.class.path").split(":", -1);
        if (variant.java().contains("MODULES")) {
            command.addAll(List.of("-p", joined(path, true), "--add-modules", "ALL-MODULE-PATH"));
            command.addAll(List.of("-cp", joined(path, false)));
        } else {
            command.addAll(List.of("-cp", String.join(":", path)));
        }
        command.addAll(List.of(EchoService.class.getName(), LOG.toString()));
        return command;
    }

    /** The jars of ours and JNA, or all the rest. */
    private static String joined(String[] path, boolean ours) {
        return Stream.of(path)
                .filter(entry ->
                        ours == (entry.endsWith(".jar") && entry.matches(".*/(systemd4j-[^/]*|jna-[^/]*)\\.jar")))
                .collect(Collectors.joining(":"));
    }

    @AfterEach
    void stop() throws Exception {
        List<String> stop = new ArrayList<>(List.of("systemctl", "stop", "echo.service", "accept.socket"));
        SOCKETS.forEach(name -> stop.add("echo-" + name + ".socket"));
        stop.addAll(List.of("echo-spare-tcp.socket", "echo-spare-unix.socket"));
        run(stop.toArray(String[]::new));
        run("systemctl", "reset-failed");
    }

    private static void listen(String... names) throws Exception {
        List<String> start = new ArrayList<>(List.of("systemctl", "start"));
        for (String name : names) {
            start.add("echo-" + name + ".socket");
        }
        assertThat(run(start.toArray(String[]::new))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void everyKindOfSocket(Variant variant) throws Exception {
        service("echo.service", variant);
        listen(SOCKETS.toArray(String[]::new));

        assertThat(tcp("127.0.0.1", 9001)).isEqualTo("web:ping");
        assertThat(tcp("127.0.0.1", 9001, "gate")).startsWith("web:channels by " + variant.gate() + ": ");
        for (int round = 0; round < 2; round++) {
            serveAll();
            // The activator's sockets still serve after our close: by another process of the same unit.
            assertThat(run("systemctl", "restart", "echo.service")).isEmpty();
        }
        serveAll();
    }

    private static void serveAll() throws Exception {
        assertThat(tcp("127.0.0.1", 9001)).isEqualTo("web:ping");
        assertThat(tcp("127.0.0.1", 9002)).isEqualTo("admin:ping");
        assertThat(tcp("::1", 9003)).isEqualTo("six:ping");
        assertThat(udp(9004)).isEqualTo("udp:ping");
        assertThat(stream(UnixDomainSocketAddress.of("/run/echo.stream"))).isEqualTo("stream:ping");
        assertThat(raw(Constants.SOCK_STREAM, SocketCalls.abstractName("echo-abstract")))
                .isEqualTo("abstract:ping");
        assertThat(raw(Constants.SOCK_SEQPACKET, SocketCalls.path(Path.of("/run/echo.seqpacket"))))
                .isEqualTo("seqpacket:ping");
        Files.writeString(LOG, "");
        int datagram = SocketCalls.client(
                Constants.AF_UNIX, Constants.SOCK_DGRAM, SocketCalls.path(Path.of("/run/echo.datagram")));
        SocketCalls.send(datagram, "ping");
        SocketCalls.close(datagram);
        awaitLog("datagram:ping\n");
        Files.writeString(LOG, "");
        Files.writeString(Path.of("/run/echo.fifo"), "ping");
        awaitLog("fifo:ping\n");
    }

    private static void awaitLog(String text) throws IOException {
        while (!Files.readString(LOG).equals(text)) {
            Thread.onSpinWait(); // the test's time-out is the bound
        }
    }

    @Test
    void oneProcessForEachConnection() throws Exception {
        service("accept@.service", variants().findFirst().orElseThrow());
        Path unit = UNITS.resolve("accept@.service");
        Files.writeString(unit, Files.readString(unit) + "StandardInput=null\n");
        run("systemctl", "daemon-reload");
        assertThat(run("systemctl", "start", "accept.socket")).isEmpty();

        try (SocketChannel one = SocketChannel.open(new InetSocketAddress("127.0.0.1", 9005));
                SocketChannel two = SocketChannel.open(new InetSocketAddress("127.0.0.1", 9005))) {
            assertThat(ask(one, "ping")).isEqualTo("connection:ping");
            assertThat(ask(two, "pong")).isEqualTo("connection:pong");
            assertThat(ask(one, "again")).isEqualTo("connection:again");
        }
    }

    /** By name, for systemd returns them in no order that one could count on. */
    @Test
    void storedDescriptorsComeBackByName() throws Exception {
        service("echo.service", variants().findFirst().orElseThrow());
        listen("web", "spare-tcp", "spare-unix");
        assertThat(tcp("127.0.0.1", 9001, "store spare-tcp first")).isEqualTo("web:Sent[]");
        assertThat(tcp("127.0.0.1", 9001, "store spare-unix second")).isEqualTo("web:Sent[]");
        while (!run("systemctl", "show", "--value", "-p", "NFileDescriptorStore", "echo.service")
                .equals("2")) {
            Thread.onSpinWait();
        }
        run("systemctl", "stop", "echo-spare-tcp.socket", "echo-spare-unix.socket"); // now only the store has them
        assertThat(run("systemctl", "restart", "echo.service")).isEmpty();

        assertThat(tcp("127.0.0.1", 9006)).isEqualTo("first:ping");
        assertThat(raw(Constants.SOCK_STREAM, SocketCalls.path(Path.of("/run/echo.spare"))))
                .isEqualTo("second:ping");
        assertThat(tcp("127.0.0.1", 9001)).isEqualTo("web:ping");
    }

    /** The socket that is refused stays with the manager, whose next service may do better. */
    @Test
    void withoutAnyGateItSaysWhatToDo() throws Exception {
        service(
                "echo.service",
                new Variant("none", "", List.of("-Dio.github.systemd4j.activation.gate=inheritedChannel"), List.of()));
        listen("web");

        run("systemctl", "start", "echo.service");

        while (!Files.readString(LOG).contains("\tat ")) {
            Thread.onSpinWait(); // the test's time-out is the bound
        }
        assertThat(Files.readString(LOG))
                .contains("ActivationException: descriptor 3 (web) cannot become a channel of the JDK")
                .contains("Start java with --add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    }

    private static String tcp(String host, int port) throws IOException {
        return tcp(host, port, "ping");
    }

    private static String tcp(String host, int port, String text) throws IOException {
        try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(host, port))) {
            return ask(channel, text);
        }
    }

    private static String stream(SocketAddress address) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            return ask(channel, "ping");
        }
    }

    private static String ask(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
        ByteBuffer buffer = ByteBuffer.allocate(1000);
        channel.read(buffer);
        return UTF_8.decode(buffer.flip()).toString();
    }

    private static String udp(int port) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(new InetSocketAddress("127.0.0.1", port));
            channel.write(ByteBuffer.wrap("ping".getBytes(UTF_8)));
            ByteBuffer buffer = ByteBuffer.allocate(1000);
            channel.read(buffer);
            return UTF_8.decode(buffer.flip()).toString();
        }
    }

    private static String raw(int type, byte[] address) {
        int client = SocketCalls.client(Constants.AF_UNIX, type, address);
        SocketCalls.send(client, "ping");
        String answer = SocketCalls.receive(client);
        SocketCalls.close(client);
        return answer;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
