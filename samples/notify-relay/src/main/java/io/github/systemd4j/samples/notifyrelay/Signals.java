package io.github.systemd4j.samples.notifyrelay;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Consumer;

/**
 * The signals that a JVM can be told to hear. The JDK has no supported interface for them; {@code sun.misc.Signal} has
 * served since its beginnings, and is asked by reflection because it may go one day.
 */
final class Signals {

    /** Not here: QUIT is the JVM's own thread dump, USR2 it uses itself, KILL and STOP nobody hears. */
    private static final String[] HEARD = {"TERM", "INT", "HUP", "USR1", "WINCH", "CONT"};

    private Signals() {}

    /**
     * Has each signal given to the action, by its name, in a thread of the JVM's, and nothing else happen.
     *
     * @throws ReflectiveOperationException if this JVM has no such interface, or keeps a signal to itself ({@code -Xrs})
     */
    static void handle(Consumer<String> action) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        MethodHandle accept = MethodHandles.publicLookup()
                .findVirtual(Consumer.class, "accept", MethodType.methodType(void.class, Object.class))
                .bindTo(action);
        MethodHandle getName =
                MethodHandles.publicLookup().findVirtual(signal, "getName", MethodType.methodType(String.class));
        MethodHandle heard = MethodHandles.filterArguments(
                accept.asType(MethodType.methodType(void.class, String.class)), 0, getName);
        Object proxy = MethodHandleProxies.asInterfaceInstance(handler, heard);
        for (String name : HEARD) {
            Object each = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, each, proxy);
        }
    }
}
