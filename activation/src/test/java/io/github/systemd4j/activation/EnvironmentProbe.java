package io.github.systemd4j.activation;

/** Starts a child that writes the bytes of a variable which this JVM cannot decode. */
final class EnvironmentProbe {

    private EnvironmentProbe() {}

    public static void main(String[] arguments) throws Exception {
        ProcessBuilder program = new ProcessBuilder("sh", "-c", "printf %s \"$ODD\" | od -An -tx1").inheritIO();
        System.exit(new SocketLauncher(program).start().waitFor());
    }
}
