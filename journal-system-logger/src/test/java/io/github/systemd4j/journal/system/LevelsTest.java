package io.github.systemd4j.journal.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger.Level;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class LevelsTest {

    private final Properties properties = new Properties();

    @Test
    void theLongestNameCounts() {
        properties.setProperty("p.level", "warning");
        properties.setProperty("p.level.org.example", "DEBUG");
        properties.setProperty("p.level.org.example.shop.Basket", " off ");
        Levels levels = Levels.of(properties, "p.level", Level.INFO);

        assertThat(levels.of("com.example")).isEqualTo(Level.WARNING);
        assertThat(levels.of("org.example")).isEqualTo(Level.DEBUG);
        assertThat(levels.of("org.example.shop.Till")).isEqualTo(Level.DEBUG);
        assertThat(levels.of("org.example.shop.Basket")).isEqualTo(Level.OFF);
        assertThat(levels.of("org.examples")).isEqualTo(Level.WARNING);
        assertThat(levels.of("")).isEqualTo(Level.WARNING);
    }

    @Test
    void whatIsNoLevelIsNotSet() {
        properties.setProperty("p.level", "loud");
        properties.setProperty("p.level.org", "louder");
        Levels levels = Levels.of(properties, "p.level", Level.INFO);

        assertThat(levels.of("org.example")).isEqualTo(Level.INFO);
    }
}
