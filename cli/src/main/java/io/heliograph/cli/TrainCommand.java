package io.heliograph.cli;

import io.heliograph.cli.console.Terminal;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code helio train}: runs typical commands, so that the launcher can record an AOT cache. Hidden. */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {

    private static final long DEADLINE_SECONDS = 20;

    @Parameters(paramLabel = "SOCKET")
    @SuppressWarnings("NullAway.Init")
    String socket;

    @Override
    public Integer call() throws IOException {
        run("--version");
        run("--help");
        run("ipc", "lisen");
        run("ipc", "send", "--help");
        PipedInputStream lines = new PipedInputStream();
        try (PipedOutputStream input = new PipedOutputStream(lines)) {
            Listening listening = new Listening();
            Terminal terminal = terminal(lines, listening, new CompletableFuture<>());
            CompletableFuture<Integer> server =
                    CompletableFuture.supplyAsync(() -> Helio.run(terminal, "ipc", "listen", socket, "--echo"));
            CompletableFuture.anyOf(listening.started, server)
                    .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .join();
            input.write("{\"topic\":\"news\",\"message\":{\"a\":[1,2.5,null]}}\nx\n".getBytes(StandardCharsets.UTF_8));
            input.flush();
            run("ipc", "send", socket, "hello", "{\"name\":\"Ada\"}", "--wait", "hello");
            run("ipc", "send", socket, "hello", "\"w\"", "--wait", "hello", "--pretty");
            run("ipc", "connect", socket, "--give-up-after", "1s");
            terminal.interrupted().complete(null);
            return server.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
        }
    }

    private static void run(String... args) {
        InputStream in = new ByteArrayInputStream("{\"topic\":\"a\",\"message\":1}\n".getBytes(StandardCharsets.UTF_8));
        Helio.run(terminal(in, OutputStream.nullOutputStream(), new CompletableFuture<>()), args);
    }

    private static Terminal terminal(InputStream in, OutputStream out, CompletableFuture<Void> interrupted) {
        return Terminal.of(in, out, OutputStream.nullOutputStream(), Terminal.Style.JSON, interrupted, hangup -> {});
    }

    /** Output that completes a future at the first event. */
    private static final class Listening extends FilterOutputStream {

        final CompletableFuture<Void> started = new CompletableFuture<>();

        Listening() {
            super(OutputStream.nullOutputStream());
        }

        @Override
        public void flush() {
            started.complete(null);
        }
    }
}
