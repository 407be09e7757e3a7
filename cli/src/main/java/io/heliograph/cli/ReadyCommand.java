package io.heliograph.cli;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.EventCommand;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code helio ready}: asks a server whether it accepts clients. */
@Command(
        name = "ready",
        description = {
            "Asks a server at /readyz whether all its listeners are open and it does not close, and exits with 0 or 1.",
            ""
        },
        footer = {"", "Examples:", "  helio ready", "  helio ready http://localhost:8000 --wait 30s"})
final class ReadyCommand extends EventCommand {

    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final int TIMEOUT_MILLIS = 2000;

    @Parameters(
            paramLabel = "URL",
            arity = "0..1",
            defaultValue = "http://localhost:8000",
            description = "Server, by scheme, host and port (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String url;

    @Option(
            order = 1,
            names = "--wait",
            paramLabel = "D",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "Repeats the question for this time until the server is ready (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration wait;

    ReadyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws InterruptedException {
        URI readyz = build(() -> address(url));
        long end = System.nanoTime() + wait.toNanos();
        while (true) {
            String problem = ask(readyz);
            if (problem.isEmpty()) {
                printer.print(Event.of("ready").text("url", url));
                return;
            }
            if (System.nanoTime() >= end || terminal.interrupted().isDone()) {
                throw new CommandFailure(url + " is not ready: " + problem);
            }
            TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
        }
    }

    private static URI address(String url) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return uri.resolve("/readyz");
            }
        } catch (URISyntaxException invalid) {
            // Reported below.
        }
        throw new IllegalArgumentException("URL: '" + url + "' (expected: http://HOST:PORT or https://HOST:PORT)");
    }

    /** Returns the reason why a server is not ready; empty if it is. */
    private static String ask(URI readyz) {
        try {
            HttpURLConnection connection = (HttpURLConnection) readyz.toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            int status = connection.getResponseCode();
            connection.disconnect();
            return status == HttpURLConnection.HTTP_OK ? "" : "status " + status;
        } catch (IOException e) {
            return Event.messageOf(e);
        }
    }
}
