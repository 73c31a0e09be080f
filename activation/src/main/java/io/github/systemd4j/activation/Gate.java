package io.github.systemd4j.activation;

import io.github.systemd4j.linux.libc.Backend;
import io.github.systemd4j.linux.libc.BootClass;
import io.github.systemd4j.linux.libc.Libc;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way into {@code sun.nio.ch}, chosen once. Immutable.
 *
 * @param diagnostics which, and why
 * @param bridge null where there is no way
 * @param libc the system calls, if they were loaded for it; {@code opens} does without
 */
record Gate(
        GateDiagnostics diagnostics,
        @Nullable Bridge bridge,
        @Nullable Libc libc) {

    static final String PROPERTY = "io.github.systemd4j.activation.gate";

    private static final String PACKAGE = "sun.nio.ch";
    private static final String BRIDGE = "SystemdBridge";
    private static final String SOCKET_OPTION = "SystemdSocketOption";
    /** In the order in which they can be linked. */
    private static final String[] OTHERS = {
        "SystemdServerSocketChannel", "SystemdDatagramChannel", "SystemdSelectorProvider"
    };
    /** What the names above begin with. A copy of ours in another class loader puts as many letters in its place. */
    private static final String PREFIX = "Systemd";

    private static final class Holder {
        static final Gate CURRENT = choose(System.getProperty(PROPERTY, ""));
    }

    /** Never throws. */
    static Gate current() {
        return Holder.CURRENT;
    }

    /** The bridge, or why there is none. */
    Bridge orThrow(String target) throws ActivationException {
        if (bridge == null) {
            throw new ActivationException(
                    target + " cannot become a channel of the JDK: " + diagnostics.reason()
                            + ". Start java with --add-opens=java.base/sun.nio.ch=ALL-UNNAMED, or put Add-Opens:"
                            + " java.base/sun.nio.ch in the manifest of the jar that java -jar starts, or enable native access");
        }
        return bridge;
    }

    private static Gate choose(String wish) {
        String why = wish.isEmpty() ? "" : "chosen by -D" + PROPERTY + "; ";
        if (!wish.equals("native") && !wish.equals("inheritedChannel")) {
            try {
                Gate gate = opens(why);
                if (gate.bridge != null || wish.equals("opens")) {
                    return gate;
                }
                why = gate.diagnostics.reason() + "; ";
            } catch (Throwable e) { // whatever a JDK of another make throws must not reach the service
                why = "sun.nio.ch is open, but " + e + "; ";
            }
        }
        if (wish.equals("inheritedChannel")) {
            return none(why + "only a single socket on descriptor 0 will do");
        }
        try {
            return jni(why);
        } catch (Throwable e) {
            return none(why + "JNI: " + e);
        }
    }

    private static Gate none(String reason) {
        return new Gate(new GateDiagnostics("inheritedChannel", reason), null, null);
    }

    private static Gate opens(String why) throws Exception {
        Module base = Object.class.getModule();
        if (!base.isOpen(PACKAGE, Gate.class.getModule())) {
            return none(why + "java.base/sun.nio.ch is not open to "
                    + (Gate.class.getModule().isNamed() ? Gate.class.getModule().getName() : "the class path"));
        }
        return new Gate(new GateDiagnostics("opens", why + "java.base/sun.nio.ch is open"), handOver(null), null);
    }

    private static Gate jni(String why) throws Exception {
        Backend backend = Backend.current();
        Libc libc = backend.libc();
        if (libc == null) {
            return none(why + "no JNI: " + backend.reason());
        }
        return new Gate(new GateDiagnostics(backend.name(), why + backend.reason()), handOver(libc), libc);
    }

    /** By JNI with system calls, without them by a lookup in the package, which must be open. */
    private static void define(@Nullable Libc libc, String name, byte[] bytes) throws Exception {
        if (libc == null) {
            Class<?> host = Class.forName(PACKAGE + ".IOUtil", false, null);
            MethodHandles.privateLookupIn(host, MethodHandles.lookup()).defineClass(bytes);
            return;
        }
        String problem = BootClass.define(libc, name.replace('.', '/'), bytes);
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
    }

    /** Defines the bridge and its companions under names that nobody has yet, and takes what it hands over. */
    private static Bridge handOver(@Nullable Libc libc) throws Exception {
        synchronized (Object.class.getModule()) { // the one lock that copies in other class loaders have too
            String prefix = freePrefix();
            String name = PACKAGE + "." + BRIDGE.replace(PREFIX, prefix);
            Receiver receiver = new Receiver(libc, name, classFile(BRIDGE, prefix));
            receiver.start();
            Bridge bridge = receiver.bridge();
            bridge.defineSocketOption(classFile(SOCKET_OPTION, prefix));
            for (String other : OTHERS) {
                bridge.define(classFile(other, prefix));
            }
            bridge.seal();
            return bridge;
        }
    }

    private static String freePrefix() {
        for (int copy = 0; copy < 10; copy++) {
            String prefix = copy == 0 ? PREFIX : "System" + copy;
            try {
                Class.forName(PACKAGE + "." + BRIDGE.replace(PREFIX, prefix), false, null);
            } catch (ClassNotFoundException e) {
                return prefix;
            }
        }
        throw new IllegalStateException("ten copies of systemd4j-activation have been here already");
    }

    /** The class file with the names of this copy: of the same length, so nothing in it moves. */
    private static byte[] classFile(String name, String prefix) throws IOException {
        try (InputStream in = Gate.class.getResourceAsStream(name + ".bin")) {
            if (in == null) {
                throw new IOException("this jar was repackaged without " + name + ".bin");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            return text.replace("ch/" + PREFIX, "ch/" + prefix).getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** The bridge gives itself to the thread that initialises it, if that one is a Consumer. */
    private static final class Receiver extends Thread implements Consumer<Object> {
        private final @Nullable Libc libc;
        private final String name;
        private final byte[] bytes;
        private @Nullable Object received;
        private @Nullable Throwable failure;

        Receiver(@Nullable Libc libc, String name, byte[] bytes) {
            super("systemd4j-activation-gate");
            this.libc = libc;
            this.bytes = bytes;
            this.name = name;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                define(libc, name, bytes);
                Class.forName(name, true, null);
            } catch (Throwable e) {
                failure = e;
            }
        }

        @Override
        public void accept(Object bridge) {
            received = bridge;
        }

        /** Waits, also when interrupted: it is a moment, and the answer is for good. */
        @SuppressWarnings("unchecked")
        Bridge bridge() {
            boolean interrupted = false;
            while (isAlive()) {
                try {
                    join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (received == null) {
                throw new IllegalStateException("the bridge was not handed over", failure);
            }
            return new Bridge((BiFunction<String, @Nullable Object[], Object>) received);
        }
    }
}
