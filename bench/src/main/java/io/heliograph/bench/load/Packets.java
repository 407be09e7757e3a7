package io.heliograph.bench.load;

/** WebSocket frames of a SocketCluster client. */
final class Packets {

    private Packets() {}

    /** Handshake, call 1 of a connection. */
    static byte[] handshake(String token) {
        return Frames.text("{\"event\":\"#handshake\",\"data\":{\"authToken\":\"" + token + "\"},\"cid\":1}");
    }

    static byte[] subscribe(String channel, long cid) {
        return Frames.text("{\"event\":\"#subscribe\",\"data\":{\"channel\":\"" + channel + "\"},\"cid\":" + cid + "}");
    }

    static byte[] publish(String channel, String data, long cid) {
        return Frames.text("{\"event\":\"#publish\",\"data\":{\"channel\":\""
                + channel
                + "\",\"data\":"
                + data
                + "},\"cid\":"
                + cid
                + "}");
    }

    static byte[] call(String procedure, String data, long cid) {
        return Frames.text("{\"event\":\"" + procedure + "\",\"data\":" + data + ",\"cid\":" + cid + "}");
    }

    /** Returns a JSON string of {@code bytes} bytes, including the quotes. */
    static String filler(int bytes) {
        return "\"" + "x".repeat(bytes - 2) + "\"";
    }
}
