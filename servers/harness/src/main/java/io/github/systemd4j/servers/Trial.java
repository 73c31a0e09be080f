package io.github.systemd4j.servers;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * A service's life on two inherited sockets, {@code admin} on descriptor 3 and {@code web} on 4, of which it serves the
 * second.
 *
 * @param pid who it was
 * @param queued the answer to who was there before the service: only who accepts on the inherited socket can give it
 * @param fresh the answer to who came later
 * @param complaints the lines with an exception that it wrote while it served; what a server writes when it is stopped in
 *     the midst of something is its own affair
 * @param exitStatus how it ended on SIGTERM
 * @param log what it wrote
 * @param listening whether the sockets still work for us, who share them
 */
public record Trial(
        int pid, String queued, String fresh, List<String> complaints, int exitStatus, String log, boolean listening) {

    /** One who asks. */
    public interface Client {
        /**
         * Asks, without waiting.
         *
         * @param port where
         * @return the answer
         * @throws Exception if nobody listens
         */
        CompletableFuture<String> ask(int port) throws Exception;
    }

    /**
     * Lets it live.
     *
     * @param client who asks before and after it has started
     * @param arguments of java, for the port that {@code web} has
     * @return what was seen
     * @throws Exception if it ended before it answered, or did not answer, or did not end
     */
    public static Trial of(Client client, IntFunction<List<String>> arguments) throws Exception {
        try (Listeners listeners = new Listeners("admin", "web")) {
            int port = listeners.port("web");
            CompletableFuture<String> early = client.ask(port);
            try (Service service = Service.start(listeners, arguments.apply(port))) {
                String queued = service.await(early);
                String fresh = service.await(client.ask(port));
                List<String> complaints = service.log()
                        .lines()
                        .filter(line -> line.contains("Exception"))
                        .toList();
                int exitStatus = service.stop();
                boolean listening = listeners.isListening("web") && listeners.isListening("admin");
                return new Trial(service.pid(), queued, fresh, complaints, exitStatus, service.log(), listening);
            }
        }
    }
}
