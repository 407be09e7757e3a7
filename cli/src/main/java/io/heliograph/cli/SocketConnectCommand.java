package io.heliograph.cli;

import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio socket connect}: a client that tells what it receives, and sends what it reads. */
@Command(
        name = "connect",
        description = {
            "Connects to a TCP port and prints what happens, one JSON object a line.",
            "",
            "Standard input takes one JSON value a line, which is sent. At its end the client writes what waits and ends,"
                    + " unless it is to stay; it ends too when the server closes the connection.",
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
final class SocketConnectCommand implements Callable<Integer> {

    private static final Duration FOREVER = Duration.ofDays(1000);

    private final Terminal terminal;
    private final Gate open = new Gate();

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "HOST", description = "The host, a name or an address.")
    @SuppressWarnings("NullAway.Init")
    String host;

    @Parameters(index = "1", paramLabel = "PORT", description = "The port.")
    int port;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    SocketTypeOptions options;

    @Option(names = "--stay", description = "Stays connected at the end of standard input.")
    boolean stay;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "How often it tries again to connect, a second apart; -1 for ever (default: ${DEFAULT-VALUE}).")
    int attempts;

    @Option(names = "--trust-all", description = "Takes any certificate of the server: for tests only.")
    boolean trustAll;

    @Option(names = "--any-host", description = "Takes a certificate that is made out to another host.")
    boolean anyHost;

    SocketConnectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, options.peer.pretty);
        SocketClient client = build();
        tell(client, printer);
        StandardInput<SocketInput> input = new StandardInput<>(
                terminal.in(),
                options.maxLine(),
                printer,
                line -> SocketInput.parse(line, options.input(), false),
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
                    Event.messageOf(Event.unwrapped(e)) + ". Start a server there, or wait longer with --attempts.");
        } finally {
            input.stop();
            client.closeGracefully(options.peer.grace).join();
        }
        return Helio.DONE;
    }

    private SocketClient build() {
        try {
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
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }

    private void tell(SocketClient client, EventPrinter printer) {
        DataType type = options.receiveType();
        client.onOpen(() -> {
            printer.print(
                    Event.of("open").text("remoteHost", client.remoteHost()).number("remotePort", client.remotePort()));
            open.open();
        });
        new SocketEventsPrinter(printer, type, options.images).follow(client, 0);
    }

    /** Sends each line once there is a connection, and room. */
    private StandardInput.Sender<SocketInput> sender(SocketClient client) {
        Pacer pacer = new Pacer(client::queuedBytes, options.peer.maxQueue, FOREVER);
        return (input, line) -> {
            open.await();
            pacer.await(input.size());
            client.send(input.data());
        };
    }
}
