package io.heliograph.cli.client;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.InvalidInput;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.StayOption;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code helio connect}: commands over one connection. */
@Command(
        name = "connect",
        description = {
            "Connects, and runs a command for each line of standard input: login, token, whoami, sub, unsub, pub, call, transmit,"
                    + " presence, watch, history, procedures, help, quit. The address selects the protocol.",
            "",
            "On a terminal, lines have a history and are completed with Tab. Without a terminal, each line waits for the result of"
                    + " the line before. A line that fails is an error event with its number. At the end of the input the"
                    + " connection is closed, except with --stay.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio connect ws://localhost:8000",
            "  helio connect unix:/run/user/1000/helio.sock",
            "  printf 'sub ticks\\ncall time\\n' | helio connect ws://localhost:8000/rpc --stay",
            "",
            "Exit codes: 0 success; 1 no connection, or a line without a terminal has failed; 2 invalid usage."
        })
final class ConnectCommand extends ClientCommand {

    private final AtomicLong failed = new AtomicLong();

    @Mixin
    @SuppressWarnings("NullAway.Init")
    StayOption stay;

    ConnectCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) throws IOException {
        Payload credentials = options.client.login.credentials(spec, terminal);
        if (terminal.interactive()) {
            edit(printer, credentials);
        } else {
            readLines(printer, credentials);
        }
    }

    /** Runs the lines that a person edits; output appears above the line. */
    private void edit(EventPrinter printer, @Nullable Payload credentials) throws IOException {
        Printing printing = new Printing();
        HubClient client = options.create(printing, true);
        ClientSession session = new ClientSession(client, printing);
        printing.session = session;
        try (LineEditor editor = LineEditor.open("helio> ", session::candidates)) {
            Terminal above = terminal.withOutput(editor.output());
            printing.printer = printer(above);
            operate(
                    printer,
                    options.client.grace.duration,
                    () -> opened(client, credentials).thenCompose(ready -> {
                        session.loadProcedures();
                        return editor.start(line -> start(session, printing, line))
                                .thenRun(() -> printing.ended = true);
                    }),
                    failure -> failure(client, failure),
                    client.endpoint());
            above.out().drained().completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
        }
    }

    /** Starts a command, whose result or failure is printed later; false if the line ends the session. */
    private static boolean start(ClientSession session, Printing printing, String line) {
        if (ClientSession.isEnd(line)) {
            return false;
        }
        try {
            session.run(line).exceptionally(failure -> {
                printing.print(Event.failure("error", failure).unlimited());
                return null;
            });
        } catch (InvalidInput invalid) {
            printing.print(inputError(Event.messageOf(invalid)));
        }
        return true;
    }

    /** Runs the lines of standard input, one after the other. */
    private void readLines(EventPrinter printer, @Nullable Payload credentials) {
        Printing printing = new Printing();
        printing.printer = printer;
        HubClient client = options.create(printing, true);
        ClientSession session = new ClientSession(client, printing);
        printing.session = session;
        CompletableFuture<Void> quit = new CompletableFuture<>();
        StandardInput<String> lines =
                input(options.client.maxMessage.maxLine(), printer, String::strip, (line, number) -> {
                    if (ClientSession.isEnd(line)) {
                        quit.complete(null);
                    }
                    if (!quit.isDone()) {
                        runLine(session, printing, line, number);
                    }
                });
        operate(
                printer,
                options.client.grace.duration,
                () -> opened(client, credentials)
                        .thenCompose(ready -> {
                            CompletableFuture<?> ended = lines.start();
                            return CompletableFuture.anyOf(quit, stay.enabled ? new CompletableFuture<>() : ended);
                        })
                        .thenAccept(end -> {
                            printing.ended = true;
                            if (failed.get() > 0) {
                                throw new CommandFailure("lines failed: " + failed.get() + ", see the error events.");
                            }
                        }),
                failure -> failure(client, failure),
                client.endpoint());
    }

    private void runLine(ClientSession session, Printing printing, String line, int number)
            throws InterruptedException {
        Event error;
        try {
            session.run(line)
                    .orTimeout(options.total().toMillis(), TimeUnit.MILLISECONDS)
                    .get();
            return;
        } catch (InvalidInput invalid) {
            error = inputError("line " + number + ": " + invalid.getMessage());
        } catch (ExecutionException failure) {
            error = Event.failure("error", Failures.unwrap(failure)).unlimited().number("line", number);
        }
        failed.incrementAndGet();
        printing.print(error);
    }

    private static Event inputError(String message) {
        return Event.of("error").text("name", "InputError").text("message", message);
    }

    private CompletableFuture<Void> opened(HubClient client, @Nullable Payload credentials) {
        return open(client, credentials).orTimeout(options.total().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Prints what happens on the connection. */
    private final class Printing implements HubClient.Listener, ClientSession.Printer {

        private volatile @Nullable EventPrinter printer;
        private volatile @Nullable ClientSession session;
        private volatile boolean ended;

        @Override
        public void print(Event event) {
            EventPrinter present = printer;
            if (present != null) {
                present.print(event);
            }
        }

        @Override
        public void printLine(String line) {
            EventPrinter present = printer;
            if (present != null) {
                present.printLine(line);
            }
        }

        @Override
        public void connected(String id) {
            Event event = Event.of("connect");
            print(id.isEmpty() ? event : event.text("id", id));
        }

        @Override
        public void disconnected(Event event) {
            if (!ended && !terminal.interrupted().isDone()) {
                print(event);
            }
        }

        @Override
        public void subscribed(Event event) {
            print(event);
        }

        @Override
        public void message(String channel, Payload data) {
            ClientSession present = session;
            if (present != null) {
                present.sawChannel(channel);
            }
            print(Event.published(channel, data));
        }

        @Override
        public void notice(Event event) {
            print(event);
        }

        @Override
        public void failed(Throwable failure) {
            print(Event.failure("error", failure));
        }
    }
}
