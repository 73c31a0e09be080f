package io.github.systemd4j.jmh;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.ThreadContext;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The record of {@link JournalCost} from logging frameworks: its message, and two entries of the context. Which appender a
 * logger has is said in {@code src/main/config}. Needs a class path of its own, see {@code jmh/run}.
 */
final class FrontEnds {

    private FrontEnds() {}

    static void addTo(Map<String, IntUnaryOperator> senders, boolean ours) {
        MDC.put("TENANT", "acme");
        MDC.put("REQUEST_ID", "8f14e45f");
        ThreadContext.put("TENANT", "acme");
        ThreadContext.put("REQUEST_ID", "8f14e45f");
        if (ours) {
            senders.put("logbackOurs", each(LoggerFactory.getLogger("ours")::info));
            senders.put("log4jOurs", each(LogManager.getLogger("ours")::info));
        }
        senders.put("logbackPeer", each(LoggerFactory.getLogger("peer")::info));
        senders.put("log4jPeer", each(LogManager.getLogger("peer")::info));
    }

    /** A logger doesn't tell what became of its event; what did not arrive is noticed. */
    private static IntUnaryOperator each(Consumer<String> logger) {
        String[] messages = JournalCost.messages();
        return count -> {
            for (int i = 0; i < count; i++) {
                logger.accept(messages[i & 63]);
            }
            return count;
        };
    }
}
