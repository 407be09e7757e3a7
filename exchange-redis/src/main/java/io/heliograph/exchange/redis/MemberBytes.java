package io.heliograph.exchange.redis;

import io.heliograph.exchange.presence.Presence.Member;
import io.heliograph.frame.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Member as it is stored: the length of the name of the user in two bytes, the name, the length of the node in two bytes, the node, a byte that
 * is 1 with information, the information. The id is the key of the entry.
 */
final class MemberBytes {

    private MemberBytes() {}

    static byte[] encode(Member member) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, member.user());
        write(out, member.node());
        Frame info = member.info();
        out.write(info == null ? 0 : 1);
        if (info != null) {
            out.write(info.array(), info.offset(), info.length());
        }
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0xffff) {
            throw new IllegalArgumentException(bytes.length + " bytes of a name (expected: at most 65535)");
        }
        out.write(bytes.length >> 8);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    /**
     * Decodes a member.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static Member decode(String id, byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            String user = text(in);
            String node = text(in);
            boolean hasInfo = in.get() == 1;
            return new Member(id, user, hasInfo ? Frame.of(bytes, in.position(), in.remaining()) : null, node);
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException(
                    "member of " + bytes.length + " bytes (expected: user, node, information)", malformed);
        }
    }

    private static String text(ByteBuffer in) {
        byte[] text = new byte[in.getShort() & 0xffff];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
