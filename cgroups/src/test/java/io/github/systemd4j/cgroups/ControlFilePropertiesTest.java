package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ControlFilePropertiesTest {

    private static final Path FILE = Path.of("/sys/fs/cgroup/x");

    /** Text as the kernel might write it, more or less. */
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("0123456789 -=,:\nmax\u00ff.").ofMaxLength(60);
    }

    @Property
    void whatIsNoFigureIsLeftOutAndNothingElseHappens(@ForAll("texts") String text) {
        Values.flat(text).keySet().forEach(key -> assertThat(text).contains(key));
        Values.nested(text).values().forEach(line -> assertThat(line).doesNotContainKey(""));
    }

    @Property
    void whatIsNoNumberOrListIsAnErrorOfOurs(@ForAll("texts") String text) {
        try {
            Values.number(FILE, text);
            Cpusets.parse(FILE, text);
        } catch (CgroupException e) {
            assertThat(e.errno()).isEqualTo(CgroupException.Errno.EBADMSG);
        }
    }

    @Property
    void everyNumberIsReadAsItWasWritten(@ForAll @LongRange(min = 0) long number) throws CgroupException {
        assertThat(Values.number(FILE, Long.toString(number))).isEqualTo(number);
        assertThat(Values.number(FILE, "-" + number)).isEqualTo(-number);
    }

    @Property
    void everyListIsReadAsItWasWritten(@ForAll Set<@IntRange(max = Cpusets.LARGEST) Integer> numbers)
            throws CgroupException {
        BitSet set = new BitSet();
        numbers.forEach(set::set);
        if (!set.isEmpty()) {
            assertThat(Cpusets.parse(FILE, Cpusets.format(set))).isEqualTo(set);
        }
    }
}
