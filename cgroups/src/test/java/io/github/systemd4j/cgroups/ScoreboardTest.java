package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.cgroups.Layouts.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/**
 * The usual ways to find a directory, in a few lines each, asked the same as ours in every layout that we know. The
 * right answers are those that {@link MountTableTest} has by hand.
 */
class ScoreboardTest {

    private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids", "name=systemd");
    private static final String USUAL = "/sys/fs/cgroup";
    private static final String NONE = "-";

    /** A way to find a directory; a hyphen for none. */
    private interface Way {
        String directory(Layout layout, String controller);
    }

    private static final Map<String, Way> WAYS = new LinkedHashMap<>();

    static {
        WAYS.put("systemd4j", ScoreboardTest::ours);
        WAYS.put("first mount with the super option, its root cut off as text", ScoreboardTest::firstMount);
        WAYS.put(
                "`/sys/fs/cgroup`, the controllers as `/proc/PID/cgroup` lists them, the path", ScoreboardTest::listed);
        WAYS.put("`/sys/fs/cgroup`, the controller, the path", ScoreboardTest::named);
    }

    private static String ours(Layout layout, String controller) {
        return layout.mounts().resolve(layout.membership(), controller) instanceof Resolution.Found found
                ? found.name().latin1()
                : NONE;
    }

    private static Membership.Entry entry(Layout layout, String controller) {
        Membership process = layout.membership();
        return process.controller(controller)
                .or(() -> controller.startsWith("name=") ? Optional.empty() : process.unified())
                .orElse(null);
    }

    private static String listed(Layout layout, String controller) {
        Membership.Entry entry = entry(layout, controller);
        if (entry == null) {
            return NONE;
        }
        String list = String.join(",", entry.controllers()).replace("name=", "");
        return clean(USUAL + "/" + list + entry.path().latin1());
    }

    private static String named(Layout layout, String controller) {
        Membership.Entry entry = entry(layout, controller);
        if (entry == null) {
            return NONE;
        }
        String name = entry.isUnified() ? "" : linked(layout, controller.replace("name=", ""));
        return clean(USUAL + "/" + name + entry.path().latin1());
    }

    /** systemd makes a link by each name to where several controllers are mounted together. */
    private static String linked(Layout layout, String controller) {
        for (String word : layout.mountinfo().split("\\s", -1)) {
            String name = word.startsWith(USUAL + "/") ? word.substring(USUAL.length() + 1) : "";
            if (Arrays.asList(name.split(",", -1)).contains(controller)) {
                return name;
            }
        }
        return controller;
    }

    private static String firstMount(Layout layout, String controller) {
        Membership.Entry entry = entry(layout, controller);
        if (entry == null) {
            return NONE;
        }
        for (String line : layout.mountinfo().split("\n", -1)) {
            String[] halves = line.split(" - ", 2);
            if (halves.length < 2) {
                continue;
            }
            String[] before = halves[0].split(" ", -1);
            String[] behind = halves[1].split(" ", 3);
            boolean of = entry.isUnified()
                    ? behind[0].equals("cgroup2")
                    : behind[0].equals("cgroup")
                            && Arrays.asList(behind[2].split(",", -1)).contains(controller);
            if (of) {
                String root = unescaped(before[3]);
                String path = clean(entry.path().latin1());
                boolean below = !root.equals("/") && path.startsWith(root);
                return clean(unescaped(before[4]) + "/" + (below ? path.substring(root.length()) : path));
            }
        }
        return NONE;
    }

    private static String unescaped(String field) {
        byte[] bytes = field.getBytes(ISO_8859_1);
        return new String(Bytes.unescaped(bytes, 0, bytes.length), ISO_8859_1);
    }

    /** Without double slashes, {@code ..} and a slash at the end, as the path functions of most languages do it. */
    private static String clean(String path) {
        StringBuilder cleaned = new StringBuilder();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                cleaned.setLength(Math.max(cleaned.lastIndexOf("/"), 0));
            } else if (!name.isEmpty()) {
                cleaned.append('/').append(name);
            }
        }
        return cleaned.isEmpty() ? "/" : cleaned.toString();
    }

    @Test
    void theTableInTheDocumentsIsTrue() throws IOException {
        String table = table();
        assertThat(Files.readString(Path.of("../docs/cgroups-scoreboard.md"), UTF_8))
                .as(table)
                .contains(table);
    }

    private static String table() {
        StringJoiner head = new StringJoiner(" | ", "| | ", " | all |\n");
        StringBuilder rule = new StringBuilder("|---|");
        for (Layout layout : Layouts.ALL) {
            head.add(layout.name());
            rule.append("--:|");
        }
        StringBuilder table = new StringBuilder(head.toString()).append(rule).append("--:|\n");
        WAYS.forEach((name, way) -> {
            int all = 0;
            StringJoiner row = new StringJoiner(" | ", "| " + name + " | ", " | ");
            for (Layout layout : Layouts.ALL) {
                int right = 0;
                for (String controller : CONTROLLERS) {
                    right += way.directory(layout, controller).equals(ours(layout, controller)) ? 1 : 0;
                }
                row.add(Integer.toString(right));
                all += right;
            }
            table.append(row).append(all).append(" |\n");
        });
        return table.toString();
    }
}
