package io.github.systemd4j.samples.readiness;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;

/**
 * SIGHUP, the signal for "read your configuration again". The JDK has no supported interface for signals; {@code
 * sun.misc.Signal} has served since its beginnings, and is asked by reflection because it may go one day.
 */
final class Hangup {

    private Hangup() {}

    /**
     * Runs the action on each SIGHUP, in a thread of the JVM's. If that fails, SIGHUP ends the process as it always did.
     *
     * @throws ReflectiveOperationException if this JVM has no such interface, or keeps the signal to itself ({@code -Xrs})
     */
    static void run(Runnable action) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        MethodHandle run = MethodHandles.publicLookup()
                .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                .bindTo(action);
        Object proxy = MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
        try {
            Object hup = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hup, proxy);
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(
                    String.valueOf(e.getTargetException().getMessage()), e);
        }
    }
}
