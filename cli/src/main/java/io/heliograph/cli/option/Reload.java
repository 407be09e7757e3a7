package io.heliograph.cli.option;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.tls.ServerTls;
import org.jspecify.annotations.Nullable;

/** Reads certificates and keys again at SIGHUP. */
public final class Reload {

    private Reload() {}

    /**
     * Installs the action of SIGHUP: prints the event {@code reload}, or an error that leaves the previous keys in use.
     *
     * @param tls certificates and keys; null without TLS
     * @param keys reads further keys
     */
    public static void atHangup(Terminal terminal, EventPrinter printer, @Nullable ServerTls tls, Runnable keys) {
        terminal.onHangup().accept(() -> {
            try {
                if (tls != null) {
                    tls.reload();
                }
                keys.run();
                printer.print(Event.of("reload"));
            } catch (RuntimeException e) {
                printer.print(Event.failure("error", e).unlimited());
            }
        });
    }
}
