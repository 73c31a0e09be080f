package io.github.systemd4j.servers;

import java.util.ArrayList;
import java.util.List;

/** What a server's JVM is started with. */
public final class Jvm {

    private static final int JDK = Runtime.version().feature();

    /** The transparent mode from outside, as the guide has it. */
    public static final List<String> PROVIDER = List.of(
            "-Djava.nio.channels.spi.SelectorProvider=io.github.systemd4j.activation.ActivatedSelectorProvider");

    /** The gate that takes no native code. */
    public static final List<String> OPENS = List.of("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

    /** JDK 24 learnt it. Before, there is nothing to deny and nothing is denied. */
    public static final List<String> DENY = JDK >= 24 ? List.of("--illegal-native-access=deny") : List.of();

    private Jvm() {}

    /**
     * A line of arguments.
     *
     * @param main the main class, which is on the class path of this very JVM
     * @param port what it is told
     * @param options lists of options
     * @return the arguments of java
     */
    @SafeVarargs
    public static List<String> arguments(Class<?> main, int port, List<String>... options) {
        return arguments(main, Integer.toString(port), options);
    }

    /**
     * A line of arguments.
     *
     * @param main the main class, which is on the class path of this very JVM
     * @param address what it is told
     * @param options lists of options
     * @return the arguments of java
     */
    @SafeVarargs
    public static List<String> arguments(Class<?> main, String address, List<String>... options) {
        List<String> arguments = new ArrayList<>();
        for (List<String> each : options) {
            arguments.addAll(each);
        }
        arguments.addAll(List.of("-cp", classPath(), main.getName(), address));
        return arguments;
    }

    /**
     * The class path of this very JVM. Failsafe starts it with a jar that only names the others.
     *
     * @return the class path
     */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
    }
}
