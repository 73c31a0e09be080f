package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.linux.Diagnostics;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application that is taken out of a server whose threads go on, as a web application is. */
@Timeout(120)
class UnloadingIT {

    @TempDir
    private Path directory;

    @Test
    void nothingOfItStaysInTheThreads() throws Exception {
        ExecutorService server = Executors.newFixedThreadPool(1);
        try {
            WeakReference<ClassLoader> loader = server.submit(this::application).get(50, TimeUnit.SECONDS);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
            while (loader.get() != null && deadline - System.nanoTime() > 0) {
                System.gc();
            }
            assertThat(loader.get()).isNull();
        } finally {
            LogManager.getLogManager().readConfiguration();
            server.shutdownNow();
        }
    }

    /** Logs through a loader of its own. JNA keeps the class that its functions were bound to, whoever asks for it. */
    private WeakReference<ClassLoader> application() throws Exception {
        try (URLClassLoader loader = new URLClassLoader(ours(), new Rest())) {
            String name = "io.github.systemd4j.journal.logging.JournalHandler";
            configure(name + ".socket=" + directory.resolve("none"));
            Class<?> type = loader.loadClass(name);
            assertThat(type.getClassLoader()).isSameAs(loader);
            Handler handler = (Handler) type.getDeclaredConstructor().newInstance();
            handler.setErrorManager(new ErrorManager() {
                @Override
                public void error(String message, Exception cause, int code) {
                    assertThat(message).contains("there is no journald here");
                }
            });
            handler.publish(new LogRecord(Level.INFO, "nobody listens there"));
            if (Diagnostics.current().backend().equals("ffm")) {
                write(loader);
            }
            handler.close();
            return new WeakReference<>(loader);
        }
    }

    private static void configure(String property) throws IOException {
        LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(property.getBytes(UTF_8)));
    }

    private void write(ClassLoader loader) throws Exception {
        Path path = directory.resolve("socket");
        Class<?> writerType = loader.loadClass(JournalWriter.class.getName());
        Object builder = writerType.getMethod("builder").invoke(null);
        builder.getClass().getMethod("socket", String.class).invoke(builder, path.toString());
        Class<?> recordType = loader.loadClass(JournalRecord.class.getName());
        Object record = recordType.getMethod("create").invoke(null);
        recordType.getMethod("message", CharSequence.class).invoke(record, "hello");
        try (FakeJournal journal = FakeJournal.at(path);
                AutoCloseable writer =
                        (AutoCloseable) builder.getClass().getMethod("build").invoke(builder)) {
            writerType.getMethod("send", recordType).invoke(writer, record);
            assertThat(journal.fields()).containsExactly(NativeProtocol.Field.text("MESSAGE", "hello"));
        }
    }

    /** The jars that a web application brings along. */
    private static URL[] ours() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (Path.of(entry).getFileName().toString().matches("systemd4j-.*\\.jar")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        assertThat(urls).hasSize(2);
        return urls.toArray(URL[]::new);
    }

    /** What the server has: all but ours. */
    private static final class Rest extends ClassLoader {

        Rest() {
            super(UnloadingIT.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.github.systemd4j.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }
}
