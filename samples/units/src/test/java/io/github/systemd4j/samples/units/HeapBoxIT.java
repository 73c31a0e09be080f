package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page's service and its memory, in the boxes that have a controller for it. */
@Tag("v1")
@Tag("guest-v2")
@Timeout(120)
class HeapBoxIT {

    @BeforeEach
    void install() throws Exception {
        Box.install();
        Page.install("web.service");
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("web");
    }

    @Test
    void theHeapIsAShareOfTheUnitsMemory() throws Exception {
        Box.write("web.service.d/heap.conf", "[Service]", "Type=exec", Page.program("", Wait.class));
        Box.start("web");
        Box.awaitLog("web", " MiB");
        assertThat(Box.log("web")).containsPattern("a heap of 30[78] MiB"); // 60 % of 512
    }

    @Test
    void withoutTheOptionItIsAQuarter() throws Exception {
        String page = Page.program("", Wait.class);
        Box.write("web.service.d/heap.conf", "[Service]", "Type=exec", page.replace("-XX:MaxRAMPercentage=60 ", ""));
        Box.start("web");
        Box.awaitLog("web", " MiB");
        assertThat(Box.log("web")).containsPattern("a heap of 12[6-8] MiB");
    }

    @Test
    void withoutALimitItIsAShareOfTheMachine() throws Exception {
        Box.write(
                "web.service.d/heap.conf",
                "[Service]",
                "Type=exec",
                "MemoryMax=infinity",
                Page.program("-XX:MaxRAMPercentage=50", Wait.class));
        Box.start("web");
        Box.awaitLog("web", " MiB");
        assertThat(number("a heap of ([0-9]+) MiB", Box.log("web")))
                .isCloseTo(
                        number("MemTotal: +([0-9]+) kB", Files.readString(Path.of("/proc/meminfo"))) / 2048,
                        withinPercentage(5));
    }

    private static long number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
