package io.github.systemd4j.jmh;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * One round of {@link NotifyBenchmark}, {@link ActivationBenchmark} and {@link CgroupBenchmark}: every benchmark once,
 * each in its own fork, which inherits this JVM's options.
 * Rounds are run by {@code jmh/run}, one after the other for all JDKs, so that a busy minute hits all of them.
 *
 * <p>Times are medians of sampled batches, which other processes on the machine hardly move; a mean would be moved by
 * every time slice that somebody else took. Sampling itself allocates, so round 0 counts the bytes in JMH's average mode.
 */
final class Steady {

    private Steady() {}

    /**
     * Runs one round.
     *
     * @param args the label of the configuration, the round, iterations of a fork, their milliseconds, the directory
     *     for the results, and a pattern of benchmarks
     */
    public static void main(String[] args) throws Exception {
        String label = args[0];
        int round = Integer.parseInt(args[1]);
        Path directory = Path.of(args[4]);
        Collection<RunResult> results = run(
                round,
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                args[5],
                directory.resolve("steady-" + label + "-" + round + ".json").toString());
        List<String> lines = new ArrayList<>();
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            lines.add(String.join(
                    "\t",
                    label,
                    Integer.toString(round),
                    name.substring(name.lastIndexOf('.') + 1),
                    Double.toString(value(round, result))));
        }
        Files.write(
                directory.resolve("steady.tsv"),
                lines,
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        if (lines.isEmpty()) {
            throw new IllegalStateException("no benchmark matches " + args[5]);
        }
    }

    private static double value(int round, RunResult result) {
        if (round > 0) {
            return result.getPrimaryResult().getStatistics().getPercentile(50);
        }
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (bytes == null) {
            throw new IllegalStateException("JMH's gc profiler names no gc.alloc.rate.norm");
        }
        return bytes.getScore();
    }

    private static Collection<RunResult> run(int round, int iterations, int millis, String pattern, String json)
            throws RunnerException {
        TimeValue time = TimeValue.milliseconds(millis);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\.(Notify|Cgroup|Activation)Benchmark\\.(" + pattern + ")$")
                .mode(round == 0 ? Mode.AverageTime : Mode.SampleTime)
                .forks(1)
                .warmupIterations(4)
                .warmupTime(time)
                .measurementIterations(iterations)
                .measurementTime(time)
                .shouldFailOnError(true)
                .resultFormat(ResultFormatType.JSON)
                .result(json);
        if (round == 0) {
            options = options.addProfiler(GCProfiler.class);
        }
        return new Runner(options.build()).run();
    }
}
