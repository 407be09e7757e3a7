package io.heliograph.cli;

import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.codec.CodecException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code helio channel}: a member of a channel that tells what happens, and sends what it reads. */
@Command(
        name = "channel",
        description = {
            "Joins the channel NAME, hosting it if nobody does, and prints what happens, one JSON object a line.",
            "",
            "Standard input takes one message a line: {\"topic\":…,\"message\":…} goes to all other members, with \"to\":… to"
                    + " one; any other line is a message of text under the topic 'text'. At the end of the input the member"
                    + " leaves, once everybody has what it sent, and ends with 0; with --stay it goes on. SIGINT (Ctrl-C) and"
                    + " SIGTERM leave likewise.",
            ""
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  helio channel demo",
            "  helio channel demo --pretty",
            "  echo '{\"topic\":\"news\",\"message\":[1,2]}' | helio channel demo"
        })
final class ChannelCommand implements Callable<Integer> {

    private static final String TEXT_TOPIC = "text";

    private final Terminal terminal;
    private final Gate connected = new Gate();

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "The channel: 1 to 64 of the characters A-Z a-z 0-9 . _ -")
    @SuppressWarnings("NullAway.Init")
    String name;

    @Option(names = "--stay", description = "Stays at the end of standard input.")
    boolean stay;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where the channel's own directory is (default: the directory for temporary files).")
    @Nullable
    Path directory;

    @Option(names = "--pretty", description = "Columns for people instead of JSON lines.")
    boolean pretty;

    @Option(
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "1MiB",
            converter = SizeConverter.class,
            description = "The longest message, the same at all members, such as 64KiB (default: ${DEFAULT-VALUE}).")
    int maxMessage;

    @Option(
            names = "--grace",
            paramLabel = "D",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long the end may take, until everybody has what was sent (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    Duration grace;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    boolean help;

    ChannelCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        EventPrinter printer = new EventPrinter(terminal, pretty);
        MessageChannel channel = build();
        tell(channel, printer);
        StandardInput<Line> input = new StandardInput<>(
                terminal.in(),
                (int) Math.min(Integer.MAX_VALUE - 16L, 2L * maxMessage + 4096),
                printer,
                Line::parse,
                (line, number) -> send(channel, printer, line, number));
        try {
            CompletableFuture<Void> joining = channel.connect();
            CompletableFuture<Void> ended = input.start();
            CompletableFuture<Void> allSent =
                    stay ? new CompletableFuture<>() : ended.thenCombine(joining, (end, joined) -> null);
            CompletableFuture.anyOf(
                            terminal.interrupted(),
                            printer.broken(),
                            allSent,
                            joining.thenCompose(joined -> channel.closed()))
                    .join();
        } catch (CompletionException e) {
            throw new CommandFailure(Event.messageOf(Event.unwrapped(e)));
        } finally {
            input.stop();
            channel.closeGracefully(grace).join();
        }
        return Helio.DONE;
    }

    private MessageChannel build() {
        try {
            MessageChannel.Builder builder = MessageChannel.builder(name).maxMessageBytes(maxMessage);
            if (directory != null) {
                builder.directory(directory);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), Event.messageOf(e), e);
        }
    }

    private void tell(MessageChannel channel, EventPrinter printer) {
        channel.onConnect(host -> {
            if (connected.open()) {
                printer.print(Event.of("connected")
                        .text("member", channel.self().id())
                        .json("host", Boolean.toString(host.equals(channel.self()))));
            }
        });
        channel.onMessage(message -> printer.print(Event.of("message")
                .text("from", message.from().id())
                .text("topic", message.topic())
                .json("message", JsonText.oneLine(message.payload().text()))));
        channel.onJoined(member -> printer.print(Event.of("joined").text("member", member.id())));
        channel.onLeft((member, reason) -> printer.print(Event.of("left").text("member", member.id())));
        channel.onTakeover(host -> printer.print(Event.of("takeover").text("host", host.id())));
        channel.onError(error -> printer.print(Event.failure("error", error)));
    }

    /** Sends a line, once the member is connected and there is room. */
    private void send(MessageChannel channel, EventPrinter printer, Line line, int number) throws InterruptedException {
        connected.await();
        while (channel.stats().queuedBytes() > 8 << 20) {
            Thread.sleep(1);
        }
        if (line.to == null) {
            channel.send(line.topic, line.message);
            return;
        }
        Member member = channel.members().stream()
                .filter(one -> one.id().equals(line.to))
                .findFirst()
                .orElse(null);
        if (member == null) {
            printer.print(Event.of("error")
                    .text("name", "UnreachableError")
                    .text("message", "line " + number + ": member " + line.to + " is not there"));
        } else {
            channel.send(member, line.topic, line.message);
        }
    }

    /**
     * A line of standard input.
     *
     * @param message a payload as it was written, a text, or null
     * @param to the member it is for, or null for all
     */
    private record Line(
            String topic,
            @Nullable Object message,
            @Nullable String to) {

        /** An object with a topic says all; any other line is a text. */
        static Line parse(String line) throws InvalidInput {
            Map<?, ?> object = object(line);
            if (object == null) {
                return new Line(TEXT_TOPIC, line, null);
            }
            Object topic = object.get("topic");
            Object to = object.get("to");
            if (!(topic instanceof String text) || (object.containsKey("to") && !(to instanceof String))) {
                throw new InvalidInput("\"topic\" or \"to\" is no string");
            }
            String json = JsonText.members(line).get("message");
            return new Line(text, json == null ? null : JsonText.payload(json), to == null ? null : "" + to);
        }

        /** The object with a topic that the line is; null for any other line, which is text. */
        private static @Nullable Map<?, ?> object(String line) {
            try {
                return JsonText.read(line) instanceof Map<?, ?> object && object.containsKey("topic") ? object : null;
            } catch (CodecException e) {
                return null;
            }
        }
    }
}
