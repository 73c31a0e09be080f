package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.linux.libc.Constants;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process makes of the environment it was really started with. */
@Timeout(120)
class ActivationIT {

    private static final String OPENS = "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED";

    @TempDir
    Path directory;

    private final List<InheritedDescriptor> sockets = new ArrayList<>();

    @BeforeEach
    void listen() {
        for (Kind kind : Kind.values()) {
            sockets.add(InheritedDescriptor.of(kind.listen(directory), kind.name()));
        }
    }

    @AfterEach
    void close() {
        sockets.forEach(InheritedDescriptor::close);
    }

    @Test
    void everyKindIsToldByEachGate() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            String mine = sockets.get(i).toString();
            expected.add("descriptor " + (3 + i) + mine.substring(mine.indexOf(" (")));
        }
        String jni = System.getProperty("systemd4j.expected.backend");

        for (List<String> options : List.of(List.of(OPENS), List.<String>of())) {
            List<String> lines = run(options, "gate").lines().toList();

            assertThat(lines.get(0)).isEqualTo("PASSED: 9 descriptors " + expected);
            assertThat(lines.get(1)).startsWith("channels by " + (options.isEmpty() ? jni : "opens") + ": ");
        }
    }

    @Test
    void askedTwiceItIsTheSame() throws Exception {
        assertThat(run(List.of(OPENS), "again")).endsWith("]\ntrue\n");
    }

    @Test
    void aCopyInAnotherClassLoaderGetsNothingButItsOwnGate() throws Exception {
        for (List<String> options : List.of(List.of(OPENS), List.<String>of())) {
            assertThat(run(options, "copy"))
                    .startsWith("PASSED: 9 descriptors")
                    .endsWith("]\ndescriptors 3-11 were taken before in this JVM, by another call or by a copy of"
                            + " systemd4j in another class loader; the numbers may be somebody else's by now\ntrue\n");
        }
    }

    @Test
    void aServerThatKnowsNothingOfUs() throws Exception {
        String provider = "-Djava.nio.channels.spi.SelectorProvider=" + ActivatedSelectorProvider.class.getName();
        for (List<String> options : List.of(List.of(OPENS), List.<String>of(), List.of(OPENS, provider))) {
            try (InheritedDescriptor tcp = InheritedDescriptor.of(Kind.TCP4.listen(directory), "tcp");
                    InheritedDescriptor udp = InheritedDescriptor.of(
                            SocketCalls.bound(Constants.AF_INET, Constants.SOCK_DGRAM, 0, SocketCalls.inet(1, 0)),
                            "udp");
                    DatagramChannel client = DatagramChannel.open()) {
                ProcessBuilder program = Jvm.program(TransparentProbe.class);
                program.command().addAll(1, options);
                if (options.contains(provider)) {
                    program.command().add("by the command line");
                }
                Process process =
                        new SocketLauncher(program).socket(tcp).socket(udp).start();
                try (BufferedReader out = process.inputReader(UTF_8)) {
                    assertThat(out.readLine()).as(options.toString()).isEqualTo("closed");
                    assertThat(out.readLine()).isEqualTo("true true");
                    SocketChannel.open(tcp.localAddress().orElseThrow()).close();
                    assertThat(out.readLine()).isEqualTo("accepted");
                    client.connect(udp.localAddress().orElseThrow());
                    client.write(ByteBuffer.wrap("ping".getBytes(UTF_8)));
                    assertThat(out.readLine()).isEqualTo("answered");
                }
                assertThat(process.waitFor()).isZero();
            }
        }
    }

    /** The number would be another file's by the time of the start. */
    @Test
    void whatWasClosedBeforeTheStartIsNotPassed() throws Exception {
        SocketLauncher launcher = new SocketLauncher(new ProcessBuilder("true"));
        ServerSocketChannel channel = ServerSocketChannel.open().bind(null);
        launcher.socket("web", channel);
        channel.close();
        assertThatThrownBy(launcher::start).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void standardInputIsTheSocketAndEndsWithItsChannel() throws Exception {
        int[] pair = SocketCalls.pair(Constants.SOCK_STREAM);
        ProcessBuilder program = Jvm.program(StandardInputProbe.class);
        program.command().add(1, OPENS);
        // /proc/PID/fd of a socket cannot be opened; the shell has it as descriptor 3 and makes it its standard input
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "unset LISTEN_PID; exec \"$@\" <&3", "sh"));
        command.addAll(program.command());
        SocketLauncher launcher = new SocketLauncher(new ProcessBuilder(command).redirectErrorStream(true));
        Process process;
        try (InheritedDescriptor theirs = InheritedDescriptor.of(pair[1], "connection")) {
            process = launcher.socket(theirs).start();
        }
        SocketCalls.send(pair[0], "ping");
        assertThat(SocketCalls.receive(pair[0])).isEqualTo("ping");
        try (BufferedReader out = process.inputReader(UTF_8)) {
            assertThat(out.readLine()).isEqualTo("closed");
            SocketCalls.close(pair[0]);
            process.destroy();
        }
    }

    /** The tenth is a file of the JVM's own, or nothing at all. */
    @Test
    void moreDescriptorsThanWerePassed() throws Exception {
        String more = run(List.of(OPENS), "LISTEN_FDS=10 LISTEN_FDNAMES=a:b:c:d:e:f:g:h:i:j", "gate");
        assertThat(more)
                .startsWith("REFUSED: LISTEN_FDS=10, but descriptor 12 ")
                .contains("\nchannels by ");
        assertThat(run(List.of(OPENS), "LISTEN_FDS=1000 LISTEN_FDNAMES=$(seq -s : 1000)"))
                .startsWith("REFUSED: LISTEN_FDS=1000, but descriptor ");
        assertThat(run(List.of(OPENS), "LISTEN_FDS=8"))
                .isEqualTo("REFUSED: LISTEN_FDNAMES=\""
                        + String.join(
                                        ":",
                                        Arrays.stream(Kind.values())
                                                .map(Kind::name)
                                                .toList())
                                .substring(0, 60)
                        + "...\" has 9 names for LISTEN_FDS=8\n");
    }

    @Test
    void aClosedDescriptorAmongThem() throws Exception {
        assertThat(run(List.of(), "exec 5>&- ;"))
                .matches("REFUSED: LISTEN_FDS=9, but descriptor 5 (is not open|was opened by this process)[^\n]*\n");
    }

    @Test
    void aShellThatStays() throws Exception {
        assertThat(run(List.of(), "STAY"))
                .matches("REFUSED: LISTEN_PID=\\d+ is not this process, which is \\d+, but its parent /\\S+: start java"
                        + " with exec\n");
    }

    @Test
    void anOlderProcessOfThisPid() throws Exception {
        String first = run(List.of(), "LISTEN_PIDFDID=7");
        assertThat(first)
                .startsWith(
                        OwnPidFd.inode(SocketCalls.LIBC) < 0
                                ? "PASSED"
                                : "REFUSED: LISTEN_PID is this"
                                        + " process's, but LISTEN_PIDFDID=7 is not, which would be ");
    }

    /** Whatever stands there, the answer is one line, and the process lives. */
    @Test
    void oddEnvironments() throws Exception {
        Random random = new Random(259);
        String[] values = {"", "0", "1", "9", "-1", "x", "99999999999999999999", "$$", "3:4", ":", "\\*", "'a b'"};
        for (int i = 0; i < 8; i++) {
            String odd = "";
            for (String name : List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID")) {
                odd += random.nextInt(3) == 0 ? "" : name + "=" + values[random.nextInt(values.length)] + " ";
            }
            assertThat(run(List.of(OPENS, "-XX:TieredStopAtLevel=1"), odd))
                    .as(odd)
                    .matches("(PASSED|NOT_ACTIVATED|REFUSED): [^\n]+\n");
        }
    }

    /** Starts the probe through a shell that changes something before; the words are the probe's arguments otherwise. */
    private String run(List<String> options, String... words) throws IOException, InterruptedException {
        List<String> java = new ArrayList<>(Jvm.program(ActivationProbe.class).command());
        java.addAll(1, options);
        boolean stays = List.of(words).contains("STAY");
        String before = "";
        for (String word : words) {
            if (word.contains("=") || word.startsWith("exec")) {
                before = word;
            } else {
                java.add(word);
            }
        }
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c"));
        String variables = before.startsWith("exec") ? before : before.isEmpty() ? "" : "export " + before + "; ";
        command.add(variables + (stays ? "\"$@\"; exit $?" : "exec \"$@\""));
        command.add("sh");
        command.addAll(java);
        SocketLauncher launcher = new SocketLauncher(new ProcessBuilder(command).redirectErrorStream(true));
        sockets.forEach(launcher::socket);
        Process process = launcher.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
