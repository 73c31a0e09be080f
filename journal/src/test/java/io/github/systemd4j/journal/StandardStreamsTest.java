package io.github.systemd4j.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandardStreamsTest {

    @TempDir
    private Path openFiles;

    private StandardStreams streams(String variable) {
        return StandardStreams.of(Map.of("JOURNAL_STREAM", variable), openFiles);
    }

    @Test
    void theOneThatTheVariableNames() throws Exception {
        Path journal = Files.createFile(openFiles.resolve("journal"));
        Path other = Files.createFile(openFiles.resolve("other"));
        Files.createSymbolicLink(openFiles.resolve("1"), other);
        Files.createSymbolicLink(openFiles.resolve("2"), journal);
        Object device = Files.getAttribute(journal, "unix:dev");
        Object inode = Files.getAttribute(journal, "unix:ino");

        assertThat(streams(device + ":" + inode).isErrorJournal()).isTrue();
        assertThat(streams(device + ":" + inode).isOutputJournal()).isFalse();
        Object otherInode = Files.getAttribute(other, "unix:ino");
        assertThat(streams(device + ":" + otherInode).isErrorJournal()).isFalse();
        assertThat(streams(device + ":" + otherInode).isOutputJournal()).isTrue();
        assertThat(streams("1" + device + ":" + inode).isErrorJournal()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "8", "8:", ":1", "x:y", "0:0"})
    void whatIsNotAsSystemdWritesItIsNoJournal(String variable) throws Exception {
        Files.createFile(openFiles.resolve("1"));

        assertThat(streams(variable).isOutputJournal()).isFalse();
        assertThat(streams(variable).isErrorJournal()).isFalse(); // not even open
        assertThat(StandardStreams.of(Map.of("JOURNAL_STREAM", variable)).isErrorJournal())
                .isFalse();
    }

    @Test
    void withoutTheVariableThereIsNone() {
        assertThat(StandardStreams.of(Map.of()).isErrorJournal()).isFalse();
        assertThat(StandardStreams.of(Map.of()).isOutputJournal()).isFalse();
        assertThat(StandardStreams.fromEnvironment().isErrorJournal())
                .isEqualTo(StandardStreams.of(System.getenv()).isErrorJournal());
    }
}
