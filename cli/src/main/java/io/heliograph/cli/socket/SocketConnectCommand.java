package io.heliograph.cli.socket;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Gate;
import io.heliograph.cli.console.InputThrottle;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.StayOption;
import io.heliograph.cli.option.TlsOptions;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import java.time.Duration;
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
            "  helio socket connect sensors.example 4000 --receive float --ca authority.pem"
        })
final class SocketConnectCommand extends EventCommand {

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

    @Mixin
    @SuppressWarnings("NullAway.Init")
    StayOption stay;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "0",
            description = "Number of connection retries, one per second; -1: no limit (default: ${DEFAULT-VALUE}).")
    int attempts;

    @Option(order = 10, names = "--tls", description = "Enables TLS, as each of the following options does.")
    boolean tls;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TlsOptions.Client tlsOptions;

    SocketConnectCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        SocketClient client = build(this::newSocketClient);
        print(client, printer);
        StandardInput<ValueLine> lines = input(
                options.maxMessage.maxLine(),
                printer,
                line -> ValueLine.parse(line, options.input(), false),
                sender(client));
        operate(
                printer,
                options.peer.grace.duration,
                () -> thenSend(client.connect(), lines, stay.enabled),
                failure -> new CommandFailure(
                        Event.messageOf(failure) + ". Start a server there, or increase --attempts."),
                client);
    }

    private SocketClient newSocketClient() {
        SocketClient.Builder builder = options.peer
                .applyTo(SocketClient.builder(host, port), options.maxMessage.bytes)
                .receive(options.receiveType())
                .send(options.send)
                .rawBytes(!options.framed)
                .idleTimeout(options.idle)
                .reconnectAttempts(attempts);
        if (tls || tlsOptions.present() != null) {
            builder.tls(tlsOptions.load());
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
        new SocketEventsPrinter(printer, type, options).follow(client, 0);
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
