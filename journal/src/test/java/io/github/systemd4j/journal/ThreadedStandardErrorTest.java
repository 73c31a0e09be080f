package io.github.systemd4j.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadedStandardErrorTest {

    private static final byte[] LINE = "<6>line\n".getBytes(UTF_8);

    /** As the write end of a pipe that nobody reads, until somebody does. */
    private static final class Pipe extends OutputStream {

        private final CountDownLatch reader = new CountDownLatch(1);
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            try {
                reader.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            read.writeBytes(bytes);
        }
    }

    @Test
    void whatIsWrittenIsWrittenWhenTheCallReturns() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (StandardError error = new ThreadedStandardError(out, TimeUnit.MINUTES.toNanos(1))) {
            for (int i = 1; i <= 100; i++) {
                assertThat(error.write(LINE)).isTrue();
                assertThat(out.size()).isEqualTo(i * LINE.length);
            }
        }
    }

    @Test
    void oneThatNobodyReadsHoldsUpTheFirstWithinTheBoundAndTheOthersNotAtAll() {
        Duration bound = Duration.ofMillis(200);
        Pipe pipe = new Pipe();
        try (StandardError error = new ThreadedStandardError(pipe, bound.toNanos())) {
            long start = System.nanoTime();
            for (int i = 0; i < 1000; i++) {
                assertThat(error.write(LINE)).isFalse();
            }
            // Had each one waited, it would be 200 s.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(bound, bound.plusSeconds(10));

            pipe.reader.countDown();
            while (!error.write(LINE)) {
                Thread.onSpinWait();
            }
            // The first one, late, and this; and on a busy machine some that were late on the way here.
            assertThat(pipe.read.size()).isBetween(2 * LINE.length, 100 * LINE.length);
        }
    }

    @Test
    void manyThreadsWaitForTheirTurn() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AtomicInteger written = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (StandardError error = new ThreadedStandardError(out, TimeUnit.MINUTES.toNanos(1))) {
            for (int t = 0; t < 4; t++) {
                threads.execute(() -> {
                    for (int i = 0; i < 500; i++) {
                        written.addAndGet(error.write(LINE) ? 1 : 0);
                    }
                });
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
            assertThat(written).hasValue(2000);
            assertThat(out.toString(UTF_8)).isEqualTo("<6>line\n".repeat(2000));
        }
    }

    @Test
    void oneThatIsClosedIsNotWritten() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        try (StandardError error = new ThreadedStandardError(broken, TimeUnit.MINUTES.toNanos(1))) {
            assertThat(error.write(LINE)).isFalse();
            assertThat(error.write(LINE)).isFalse();
        }
        StandardError error = new ThreadedStandardError(new ByteArrayOutputStream(), TimeUnit.MINUTES.toNanos(1));
        error.close();
        assertThat(error.write(LINE)).isFalse();
    }
}
