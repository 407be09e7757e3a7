package io.heliograph.cli.channel;

import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Gate;
import io.heliograph.cli.console.InputThrottle;
import io.heliograph.cli.console.InvalidInput;
import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.console.Terminal;
import io.heliograph.cli.option.EventCommand;
import io.heliograph.cli.option.MaxMessageOption;
import io.heliograph.cli.option.PeerOptions;
import io.heliograph.cli.option.StayOption;
import io.heliograph.codec.CodecException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code helio channel}: a member of a channel; prints events and sends standard input. */
@Command(
        name = "channel",
        description = {
            "Joins the channel NAME, as host if there is no other, and prints events, one JSON object per line.",
            "",
            "Sends each line of standard input: {\"topic\":…,\"message\":…} to all other members, with \"to\":… to one"
                    + " member; any other line as a string with the topic 'text'. At the end of the input the member leaves"
                    + " gracefully and exits with 0, except with --stay. SIGINT (Ctrl-C) and SIGTERM do the same.",
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
public final class ChannelCommand extends EventCommand {

    private static final String TEXT_TOPIC = "text";
    private static final Duration FOREVER = Duration.ofDays(1000);

    private final Gate connected = new Gate();

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "Name of the channel: 1 to 64 of the characters A-Z a-z 0-9 . _ -")
    @SuppressWarnings("NullAway.Init")
    String name;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    StayOption stay;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Parent of the channel's directory (default: the directory for temporary files).")
    @Nullable
    Path directory;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PeerOptions peer;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    MaxMessageOption maxMessage;

    public ChannelCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected void run(EventPrinter printer) {
        MessageChannel channel = build(this::newMessageChannel);
        print(channel, printer);
        InputThrottle throttle = new InputThrottle(() -> channel.stats().queuedBytes(), peer.maxQueue / 2, FOREVER);
        StandardInput<Line> lines = input(
                maxMessage.maxLine(),
                printer,
                Line::parse,
                (line, number) -> send(channel, throttle, printer, line, number));
        operate(
                printer,
                peer.grace.duration,
                () -> thenSend(channel.connect(), lines, stay.enabled),
                failure -> new CommandFailure(Event.messageOf(failure)),
                channel);
    }

    private MessageChannel newMessageChannel() {
        MessageChannel.Builder builder =
                MessageChannel.builder(name).maxMessageBytes(maxMessage.bytes).maxQueuedBytes(peer.maxQueue);
        if (directory != null) {
            builder.directory(directory);
        }
        return builder.build();
    }

    private void print(MessageChannel channel, EventPrinter printer) {
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
                .json("message", Json.oneLine(message.payload().text()))));
        channel.onJoin(member -> printer.print(Event.of("joined").text("member", member.id())));
        channel.onLeave((member, reason) -> printer.print(Event.of("left")
                .text("member", member.id())
                .text("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))));
        channel.onTakeover(host -> printer.print(Event.of("takeover").text("host", host.id())));
        channel.onError(error -> printer.print(Event.failure("error", error)));
    }

    /** Sends a line when the member is connected and the send queue has space. */
    private void send(MessageChannel channel, InputThrottle throttle, EventPrinter printer, Line line, int number)
            throws InterruptedException {
        connected.await();
        throttle.await(line.size);
        if (line.to == null) {
            channel.send(line.topic, line.message);
            return;
        }
        Member member = channel.members().stream()
                .filter(candidate -> candidate.id().equals(line.to))
                .findFirst()
                .orElse(null);
        if (member == null) {
            printer.print(Event.of("error")
                    .text("name", "UnreachableError")
                    .text("message", "line " + number + ": member " + line.to + " is not connected"));
        } else {
            channel.send(member, line.topic, line.message);
        }
    }

    /**
     * Line of standard input.
     *
     * @param message payload or string; null if absent
     * @param to id of the recipient; null for all other members
     * @param size approximate size in bytes
     */
    private record Line(
            String topic,
            @Nullable Object message,
            @Nullable String to,
            long size) {

        /** Parses an object with a topic; any other line is a string. */
        static Line parse(String line) throws InvalidInput {
            Map<?, ?> object = object(line);
            if (object == null) {
                return new Line(TEXT_TOPIC, line, null, line.length());
            }
            Object topic = object.get("topic");
            Object to = object.get("to");
            if (!(topic instanceof String text) || (object.containsKey("to") && !(to instanceof String))) {
                throw new InvalidInput("\"topic\" or \"to\" is not a string");
            }
            String json = Json.members(line).get("message");
            return new Line(text, json == null ? null : Json.payload(json), to == null ? null : "" + to, line.length());
        }

        /** Returns the line as an object with a topic, or null if it is anything else. */
        private static @Nullable Map<?, ?> object(String line) {
            try {
                return Json.read(line) instanceof Map<?, ?> object && object.containsKey("topic") ? object : null;
            } catch (CodecException e) {
                return null;
            }
        }
    }
}
