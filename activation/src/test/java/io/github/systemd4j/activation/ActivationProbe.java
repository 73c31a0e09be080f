package io.github.systemd4j.activation;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Says what it was passed and how it gets in, and asks once more where it is told to. */
final class ActivationProbe {

    private ActivationProbe() {}

    public static void main(String[] arguments) throws Exception {
        Activation activation = Activation.fromEnvironment();
        System.out.println(activation);
        if (List.of(arguments).contains("gate")) {
            System.out.println(GateDiagnostics.current());
        }
        if (List.of(arguments).contains("again")) {
            System.out.println(Activation.fromEnvironment() == activation);
        }
        if (List.of(arguments).contains("copy")) {
            copyInAnotherLoader();
        }
    }

    /** As in a web application that brings its own: it gets no descriptors, but its own gate to the JDK. */
    private static void copyInAnotherLoader() throws Exception {
        URL[] path = Stream.of(System.getProperty("java.class.path").split(":", -1))
                .map(ActivationProbe::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Class<?> copy = loader.loadClass(Activation.class.getName());
            Object activation = copy.getMethod("fromEnvironment").invoke(null);
            System.out.println(copy.getMethod("reason").invoke(activation));
            Class<?> descriptor = loader.loadClass(InheritedDescriptor.class.getName());
            try (ServerSocketChannel own = ServerSocketChannel.open().bind(null)) {
                Object second = descriptor
                        .getMethod("copyOf", java.nio.channels.Channel.class, String.class)
                        .invoke(null, own, "own");
                try (var channel = (ServerSocketChannel)
                        descriptor.getMethod("serverSocketChannel").invoke(second)) {
                    System.out.println(channel.getLocalAddress().equals(own.getLocalAddress()));
                }
            }
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
