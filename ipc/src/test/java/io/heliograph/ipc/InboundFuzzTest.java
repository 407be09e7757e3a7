package io.heliograph.ipc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;

/**
 * Fuzz test: arbitrary bytes in chunks of any size yield messages and at most one final decode error; other connections are
 * unaffected. An ordinary run reads the inputs in the resources; JAZZER_FUZZ=1 generates others. The first byte of an input is
 * the chunk size.
 */
class InboundFuzzTest {

    private static final int LIMIT = 200;

    @FuzzTest(maxDuration = "30s")
    void arbitraryBytesYieldMessagesOrOneError(byte[] input) {
        Memory memory = new Memory();
        Recorded<IpcServer> server =
                memory.listening(memory.server().maxMessageBytes(LIMIT).maxDepth(10));
        RawPeer other = memory.connect();
        RawPeer peer = memory.connect();
        int piece = input.length == 0 ? 1 : Math.max(1, input[0] & 0xff);
        for (int at = 1; at < input.length; at += piece) {
            peer.send(Arrays.copyOfRange(input, at, Math.min(input.length, at + piece)));
        }
        List<String> events = server.events;
        boolean failed = !server.errors.isEmpty();
        if (failed) {
            check(server.errors.size() == 1, "more than one error: " + server.errors);
            check(server.errors.getFirst() instanceof DecodeException, "unexpected error");
            check(
                    events.subList(events.size() - 2, events.size())
                            .equals(List.of("error DecodeError", "disconnect Failed")),
                    "unexpected last events: " + events);
        }
        int before = events.size();
        peer.send("{\"topic\":\"late\"}|");
        check(!failed || events.size() == before, "events after the end: " + events);
        other.send("{\"topic\":\"other\",\"message\":1}|");
        check(events.getLast().equals("message other 1"), "another connection is affected: " + events);
        server.endpoint.close();
        memory.run();
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
