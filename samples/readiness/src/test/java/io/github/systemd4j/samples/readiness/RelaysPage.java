package io.github.systemd4j.samples.readiness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of docs/relays.md: a row for each engine, a column for each way, in the cells what arrived at systemd. */
final class RelaysPage {

    static final Path PAGE = Path.of("../../docs/relays.md");

    private static final String BEGIN = "<!-- written by samples/readiness/relays; do not edit -->";
    private static final String END = "<!-- end -->";
    private static final Path RESULTS = Path.of("target");

    private RelaysPage() {}

    /** Writes the table anew, of what the tests in the boxes have found. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> cells = new HashMap<>();
        for (String mode : List.of("v1", "v2")) {
            for (String line : Files.readAllLines(RESULTS.resolve("relays-" + mode + ".tsv"))) {
                String[] parts = line.split("\t", -1);
                cells.put(parts[0], parts[1]);
            }
        }
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        Files.writeString(
                PAGE,
                page.substring(0, begin) + "\n" + String.join("\n", table(cells)) + "\n"
                        + page.substring(page.indexOf(END, begin)));
    }

    private static List<String> table(Map<String, String> cells) {
        List<String> lines = new ArrayList<>();
        lines.add(row("", Stream.of(Way.values()).map(Way::title)));
        lines.add("|---".repeat(Way.values().length + 1) + "|");
        for (Engine engine : Engine.values()) {
            String version = Objects.requireNonNull(cells.get(engine + " version"), () -> "no result for " + engine);
            lines.add(row(
                    engine + version,
                    Stream.of(Way.values()).map(way -> cells.getOrDefault(new Container(engine, way).name(), ""))));
        }
        return lines;
    }

    private static String row(String first, Stream<String> others) {
        return Stream.concat(Stream.of(first), others).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** For a later {@link #main}. */
    static void record(String key, String value) throws IOException {
        Files.writeString(
                RESULTS.resolve("relays-" + System.getenv("BOX") + ".tsv"),
                key + "\t" + value + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** What the page as it is says. */
    static String cell(Container container) throws IOException {
        String page = Files.readString(PAGE);
        String table = page.substring(page.indexOf(BEGIN), page.indexOf(END));
        for (String line : table.split("\n", -1)) {
            String[] cells = line.split(" *\\| *", -1);
            if (cells.length > 2
                    && cells[1].split(" ", -1)[0].equals(container.engine().toString())) {
                return cells[2 + List.of(Way.values()).indexOf(container.way())];
            }
        }
        throw new AssertionError(PAGE + " has no row for " + container.engine());
    }

    static String text(Set<Field> arrived) {
        Set<Field> missing = EnumSet.allOf(Field.class);
        missing.removeAll(arrived);
        if (missing.isEmpty()) {
            return "all";
        } else if (arrived.isEmpty()) {
            return "nothing";
        }
        return arrived.size() > missing.size() ? "all but " + names(missing) : names(arrived);
    }

    /** The reverse of {@link #text}. */
    static Set<Field> fields(String text) {
        boolean allBut = text.startsWith("all");
        EnumSet<Field> named = EnumSet.noneOf(Field.class);
        for (String word : text.split("[ ,]+", -1)) {
            if (!word.matches("all|but|nothing|")) {
                named.add(Field.valueOf(word));
            }
        }
        return allBut ? EnumSet.complementOf(named) : named;
    }

    private static String names(Set<Field> fields) {
        return fields.stream().map(Field::name).collect(Collectors.joining(", "));
    }
}
