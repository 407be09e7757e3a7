package io.heliograph.interop;

import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.Rendezvous;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.json.JsonMapper;

/**
 * A member of a message channel as a process of its own, to be killed. It checks by itself that what it gets from each other
 * member is 1, 2, 3 and so on; a number that does not follow is an event {@code broken}.
 *
 * <p>Arguments: directory, rendezvous. Commands: {@code {"command":"join"}}, {@code {"command":"send","count":n}} sends its next n
 * numbers, {@code {"command":"report"}} tells how far it has come with each member, {@code {"command":"leave"}}.
 */
final class ChannelMember {

    private static final PrintStream OUT =
            new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final MessageChannel channel;
    private final Map<String, Integer> last = new ConcurrentHashMap<>();
    private int sent;

    private ChannelMember(Path directory, Rendezvous rendezvous) {
        channel =
                MessageChannel.builder("soak").directory(directory).rendezvous(rendezvous).build();
        channel.on("n", Integer.class, this::number);
        channel.onConnect(
                host -> print("connected", "member", channel.self().id(), "host", host.id()));
        channel.onTakeover(
                host -> print("takeover", "host", host.id(), "at", System.currentTimeMillis()));
        channel.onJoined(member -> print("joined", "member", member.id()));
        channel.onLeft((member, reason) ->
                print("left", "member", member.id(), "reason", reason.toString()));
        channel.onError(error -> print("error", "message", error.toString()));
    }

    private void number(int number, Member from) {
        Integer before = last.put(from.id(), number);
        // Who joins late begins somewhere; from then on there are no gaps.
        if (before != null && number != before + 1) {
            print("broken", "from", from.id(), "after", before, "number", number);
        }
    }

    public static void main(String[] arguments) throws IOException {
        ChannelMember member =
                new ChannelMember(Path.of(arguments[0]), Rendezvous.valueOf(arguments[1]));
        print("started");
        try (BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                Map<?, ?> command = JsonMapper.shared().readValue(line, Map.class);
                member.obey(command);
            }
        }
        System.exit(0);
    }

    private void obey(Map<?, ?> command) {
        switch (String.valueOf(command.get("command"))) {
            case "join" -> channel.connect();
            case "send" -> send((Integer) command.get("count"));
            case "report" -> {
                List<Object> fields =
                        new ArrayList<>(
                                List.of(
                                        "sent",
                                        sent,
                                        "unacknowledged",
                                        channel.stats().queuedBytes()));
                fields.addAll(List.of("last", new LinkedHashMap<>(last)));
                fields.addAll(
                        List.of("members", channel.members().size(), "hosting", channel.hosting()));
                print("report", fields.toArray());
            }
            case "leave" -> {
                channel.closeGracefully(Duration.ofSeconds(5)).join();
                print("closed");
            }
            default -> print("error", "message", "unknown command " + command);
        }
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            while (channel.stats().queuedBytes() > 4 << 20) {
                LockSupport.parkNanos(100_000);
            }
            if (channel.send("n", sent + 1)) {
                sent++;
            }
        }
    }

    private static synchronized void print(String event, Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        OUT.println(JsonMapper.shared().writeValueAsString(fields));
    }
}
