package io.github.systemd4j.samples.systemddocker;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.function.Consumer;

/**
 * The signals that we get and the container shall have. The JDK has no supported interface for signals; {@code
 * sun.misc.Signal} has served since its beginnings, and is asked by reflection because it may go one day. It does not know
 * real-time signals: SIGRTMIN+3 and its like reach the container because systemd sends them to its first process, the main
 * process of the unit.
 */
final class Signals {

    /** Those that a JVM lets us have, and whose default action would end us. */
    private static final List<String> FORWARDED = List.of("HUP", "INT", "TERM", "USR1", "USR2", "WINCH");

    private Signals() {}

    /**
     * Gives the names of the signals that come from now on to somebody, in threads of the JVM's.
     *
     * @throws ReflectiveOperationException if this JVM has no such interface, or keeps a signal to itself ({@code -Xrs})
     */
    static void forward(Consumer<String> to) throws ReflectiveOperationException {
        for (String name : FORWARDED) {
            handle(name, () -> to.accept(name));
        }
    }

    private static void handle(String name, Runnable action) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        MethodHandle run = MethodHandles.publicLookup()
                .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                .bindTo(action);
        Object proxy = MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
        Object instance = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, instance, proxy);
    }
}
