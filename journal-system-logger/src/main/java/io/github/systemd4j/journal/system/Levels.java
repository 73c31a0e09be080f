package io.github.systemd4j.journal.system;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** From which level on a logger of some name logs. Immutable. */
final class Levels {

    private final Level usual;
    private final Map<String, Level> named;

    Levels(Level usual, Map<String, Level> named) {
        this.usual = usual;
        this.named = Map.copyOf(named);
    }

    /** What the properties say, and the unit. */
    static Levels fromEnvironment(Properties properties, String property) {
        boolean debugged = "1".equals(System.getenv("DEBUG_INVOCATION"));
        return of(properties, property, debugged ? Level.DEBUG : Level.INFO);
    }

    static Levels of(Properties properties, String property, Level otherwise) {
        Map<String, Level> named = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(property + ".")) {
                named.put(name.substring(property.length() + 1), level(properties, name, otherwise));
            }
        }
        return new Levels(level(properties, property, otherwise), named);
    }

    private static Level level(Properties properties, String property, Level otherwise) {
        String text = properties.getProperty(property, otherwise.name()).strip();
        for (Level level : Level.values()) {
            if (level.name().equals(text.toUpperCase(Locale.ROOT))) {
                return level;
            }
        }
        JournalLoggerFinder.told(property + ": " + text + ", must be a level of System.Logger; not set", null);
        return otherwise;
    }

    /** That of the longest name which is the logger's or above it. */
    Level of(String logger) {
        String name = logger;
        while (!named.isEmpty()) {
            Level level = named.get(name);
            if (level != null) {
                return level;
            }
            int dot = name.lastIndexOf('.');
            if (dot < 0) {
                break;
            }
            name = name.substring(0, dot);
        }
        return usual;
    }
}
