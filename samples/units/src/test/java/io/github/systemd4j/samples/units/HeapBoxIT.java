package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

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
}
