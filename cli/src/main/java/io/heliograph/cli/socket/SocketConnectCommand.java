package io.heliograph.cli.socket;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.ExitCode;
import io.heliograph.cli.console.Gate;
import io.heliograph.cli.console.InputThrottle;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.BaseCommand;
import io.heliograph.internal.Failures;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code helio socket connect}: a client; prints received values and sends standard input. */
@Command(
        name = "connect",
        description = {
            "Connects to a TCP port and prints events, one JSON object per line.",
            "",
            "Sends each line of standard input, a JSON value. At the end of the input the client flushes its queue and exits,"
                    + " except with --stay. The client also exits when the server closes the connection.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio socket connect localhost 4000 --receive double --send int --framed --stay",
            "  echo '[1,2,3]' | helio socket connect localhost 4000 --send short",
            "  helio socket connect sensors.example 4000 --receive float --tls --ca authority.pem"
        })
final class SocketConnectCommand extends BaseCommand {

    private static final Duration FOREVER = Duration.ofDays(1000);

    private final Gate open = new Gate();

    @Parameters(index = "0", paramLabel = "HOST", description = "Host name or address.")
    @SuppressWarnings("NullAway.Init")
    String host;

    @Parameters(index = "1", paramLabel = "PORT", description = "Port.")
    int port;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    SocketOptions options;

    @Option(names = "--stay", description = "Stays connected at the end of standard input.")
    boolean stay;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "10",
            description = "Number of connection retries, one per second; -1: no limit (default: ${DEFAULT-VALUE}).")
    int attempts;

    @Option(names = "--trust-all", description = "Accepts any server certificate: for tests only.")
    boolean trustAll;

    @Option(names = "--any-host", description = "Accepts a certificate for another host name.")
    boolean anyHost;

    SocketConnectCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, options.peer.pretty);
        SocketClient client = build(this::newSocketClient);
        print(client, printer);
        StandardInput<ValueLine> input = new StandardInput<>(
                terminal.in(),
                options.maxLine(),
                printer,
                line -> ValueLine.parse(line, options.input(), false),
                sender(client));
        try {
            CompletableFuture<Void> connecting = client.connect();
            CompletableFuture<Void> ended = input.start();
            CompletableFuture<Void> allSent =
                    connecting.thenCompose(connected -> stay ? new CompletableFuture<>() : ended);
            CompletableFuture.anyOf(terminal.interrupted(), printer.broken(), allSent, client.closed())
                    .join();
        } catch (CompletionException e) {
            throw new CommandFailure(
                    Event.messageOf(Failures.unwrap(e)) + ". Start a server there, or increase --attempts.");
        } finally {
            input.stop();
            client.closeGracefully(options.peer.grace).join();
        }
        return ExitCode.SUCCESS;
    }

    private SocketClient newSocketClient() {
        SocketClient.Builder builder = SocketClient.builder(host, port)
                .receive(options.receiveType())
                .send(options.send)
                .rawBytes(!options.framed)
                .idleTimeout(options.idle)
                .linger(options.peer.grace)
                .maxMessageBytes(options.maxMessage)
                .maxQueuedBytes(options.peer.maxQueue)
                .reconnectAttempts(attempts);
        if (options.tls(trustAll || anyHost)) {
            builder.tls(options.tlsFiles.client(trustAll, !anyHost));
        }
        return builder.build();
    }

    private void print(SocketClient client, EventPrinter printer) {
        DataType type = options.receiveType();
        client.onConnect(() -> {
            printer.print(
                    Event.of("open").text("remoteHost", client.remoteHost()).number("remotePort", client.remotePort()));
            open.open();
        });
        new SocketEventsPrinter(printer, type, options.images).follow(client, 0);
    }

    /** Sends a line when the client is connected and the send queue has space. */
    private StandardInput.Sender<ValueLine> sender(SocketClient client) {
        InputThrottle pacer = new InputThrottle(client::queuedBytes, options.peer.maxQueue, FOREVER);
        return (input, line) -> {
            open.await();
            pacer.await(input.size());
            client.send(input.data());
        };
    }
}
