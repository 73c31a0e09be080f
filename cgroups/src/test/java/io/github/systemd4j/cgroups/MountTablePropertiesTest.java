package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever the names are, a group below the root of a mount is found below its mount point, and no other is. */
class MountTablePropertiesTest {

    @Provide
    Arbitrary<List<String>> names() {
        Arbitrary<String> name = Arbitraries.strings()
                .withChars("ab:\\ \t\n\"#,.0\u0001\u007f\u0080\u00ff")
                .ofMinLength(1)
                .ofMaxLength(4)
                .filter(text -> !text.equals(".") && !text.equals(".."));
        return name.list().ofMaxSize(4);
    }

    private static String path(List<String> names) {
        return names.isEmpty() ? "" : "/" + String.join("/", names);
    }

    /** As the kernel writes it. */
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray()) {
            out.append(" \t\n\\".indexOf(c) >= 0 ? String.format("\\%03o", (int) c) : String.valueOf(c));
        }
        return out.toString();
    }

    private static String orSlash(String path) {
        return path.isEmpty() ? "/" : path;
    }

    private static Resolution resolve(String mountPoint, String mountRoot, String group) {
        String mountinfo = "20 1 8:1 / / rw - ext4 d rw\n30 20 0:9 " + escaped(mountRoot) + " " + escaped(mountPoint)
                + " rw - cgroup2 c rw\n";
        return MountTable.parse(mountinfo.getBytes(ISO_8859_1))
                .resolveUnified(Membership.parse(("0::" + group + "\n").getBytes(ISO_8859_1)));
    }

    @Property
    void aGroupInTheMountIsFound(
            @ForAll("names") List<String> point,
            @ForAll("names") List<String> top,
            @ForAll("names") List<String> rest,
            @ForAll @IntRange(max = 3) int ups) {
        String above = "/..".repeat(ups) + path(top);
        String group = orSlash(above + path(rest));
        if (group.contains("\n") || group.endsWith(" (deleted)")) {
            return; // no such groups
        }
        Resolution answer = resolve("/m" + path(point), orSlash(above), group);
        assertThat(answer).isInstanceOfSatisfying(Resolution.Found.class, found -> {
            assertThat(found.name().bytes()).isEqualTo(("/m" + path(point) + path(rest)).getBytes(ISO_8859_1));
            assertThat(found.relative().bytes()).isEqualTo(path(rest).getBytes(ISO_8859_1));
        });
    }

    @Property
    void aGroupBesideTheMountIsNot(
            @ForAll("names") List<String> top, @ForAll("names") List<String> rest, @ForAll @IntRange(max = 3) int ups) {
        String above = "/..".repeat(ups) + path(top);
        String group = above + "/a" + path(rest);
        if (!group.contains("\n")) {
            assertThat(resolve("/m", above + "/aa", group)).isInstanceOf(Resolution.Absent.class);
            assertThat(resolve("/m", above + "/a" + path(rest) + "/b", group)).isInstanceOf(Resolution.Absent.class);
            assertThat(resolve("/m", "/.." + above + "/a", group)).isInstanceOf(Resolution.Absent.class);
        }
    }

    @Property
    void octalEscapesAreUndone(@ForAll byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte b : bytes) {
            out.writeBytes(String.format("\\%03o", b & 0xFF).getBytes(ISO_8859_1));
        }
        assertThat(Bytes.unescaped(out.toByteArray(), 0, out.size())).isEqualTo(bytes);
    }

    @Property
    void aUnitsNameIsEscapedAndBack(@ForAll String text) {
        if (java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            assertThat(UnitName.unescape(UnitName.escape(text))).contains(text);
            assertThat(UnitName.isValid(
                            "a@" + UnitName.escape(text.substring(0, Math.min(text.length(), 9))) + "x.service"))
                    .isTrue();
        }
    }
}
