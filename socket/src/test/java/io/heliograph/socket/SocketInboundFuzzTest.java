package io.heliograph.socket;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;

/**
 * Fuzz test: arbitrary bytes of any type, framed or raw, yield values and errors and then one close event, for any chunk size.
 * An ordinary run reads the inputs in the resources; JAZZER_FUZZ=1 generates others. The first byte of an input selects type and
 * framing, the second the chunk size.
 */
class SocketInboundFuzzTest {

    private static final int LIMIT = 300;

    @FuzzTest(maxDuration = "30s")
    void arbitraryBytesYieldValuesErrorsAndOneClose(byte[] input) {
        if (input.length < 2) {
            return;
        }
        List<String> names = DataType.names();
        DataType type = DataType.named(names.get((input[0] & 0x7f) % names.size()));
        boolean framed = input[0] < 0;
        int piece = Math.max(1, input[1] & 0xff);
        byte[] stream = Arrays.copyOfRange(input, 2, input.length);
        List<String> whole = harness(type, framed, stream, stream.length + 1);
        List<String> pieces = harness(type, framed, stream, piece);
        for (List<String> events : List.of(whole, pieces)) {
            long disconnects = events.stream()
                    .filter(event -> event.startsWith("disconnect"))
                    .count();
            check(
                    disconnects == 1 && events.getLast().startsWith("disconnect"),
                    "not disconnected once and last: " + events);
        }
        boolean continuous = !framed && (type == DataType.STRING || type == DataType.IMAGE);
        if (continuous) {
            check(joined(whole).equals(joined(pieces)), "chunked values differ");
        } else {
            // The number of bytes before a rejected length may differ; the values may not.
            check(values(whole).equals(values(pieces)), whole + " is not " + pieces);
        }
    }

    private static List<String> harness(DataType type, boolean framed, byte[] stream, int piece) {
        ConnectionHarness harness = ConnectionHarness.values(SocketServer.builder(0)
                .receive(type)
                .rawBytes(!framed)
                .maxMessageBytes(LIMIT)
                .maxImagePixels(1000));
        for (int at = 0; at < stream.length; at += piece) {
            harness.chunk(Arrays.copyOfRange(stream, at, Math.min(stream.length, at + piece)));
        }
        return harness.end().events;
    }

    private static List<String> values(List<String> events) {
        return events.stream().filter(event -> !event.startsWith("error")).toList();
    }

    private static String joined(List<String> events) {
        StringBuilder all = new StringBuilder();
        for (String event : events) {
            if (event.startsWith("bytes ")) {
                all.append(event, 6, event.length());
            } else if (event.startsWith("'")) {
                all.append(event, 1, event.length() - 1);
            }
        }
        return all.toString();
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
