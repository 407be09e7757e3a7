package io.heliograph.channel.message;

import io.heliograph.ProtocolViolationException;
import io.heliograph.channel.LeaveReason;
import io.heliograph.frame.Frame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes and decodes the frames between members and host; see {@code docs/channel-protocol.md}. */
final class Wire {

    static final byte HELLO = 0x01;
    static final byte MESSAGE = 0x02;
    static final byte TO = 0x03;
    static final byte ACK = 0x04;
    static final byte GOODBYE = 0x05;
    static final byte WELCOME = 0x11;
    static final byte JOINED = 0x12;
    static final byte LEFT = 0x13;
    static final byte REFUSED = 0x14;

    static final byte KIND_MESSAGE = 0;
    static final byte KIND_REQUEST = 1;
    static final byte KIND_REPLY = 2;
    static final byte KIND_FAILURE = 3;
    static final byte KIND_MISSED = 4;

    static final byte WRONG_TOKEN = 1;
    static final byte FULL = 2;
    static final byte WRONG_VERSION = 3;

    /** Topic of the message by which the member of a hub announces itself. */
    static final String HUB_TOPIC = "#hub";

    static final int SECRET_BYTES = 16;
    static final int MAX_TOPIC_BYTES = 0xffff;

    // Offsets of the fields of MESSAGE.
    static final int SENDER = 1;
    static final int NUMBER = 17;
    static final int VIEW = 25;
    static final int KIND = 33;
    static final int REFERENCE = 34;
    static final int TOPIC_LENGTH = 42;
    static final int TOPIC = 44;

    private static final int HELLO_BYTES = 1 + 4 + SECRET_BYTES + 8;
    private static final int VERSION = 0x48474301;
    private static final int MEMBER_BYTES = Id.BYTES + 8;
    // Indexed by their number on the wire.
    private static final List<LeaveReason> REASONS =
            List.of(LeaveReason.LEFT, LeaveReason.LOST, LeaveReason.STALLED, LeaveReason.PROTOCOL_VIOLATION);
    private static final Frame GOODBYE_FRAME = Frame.of(new byte[] {GOODBYE});
    private static final Frame HUB_TOPIC_BYTES = Frame.of(utf8(HUB_TOPIC));
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Wire() {}

    /** A member in WELCOME and JOINED. */
    record MemberEntry(Id id, long pid) {}

    static long longAt(Frame frame, int index) {
        return (long) LONG.get(frame.array(), frame.offset() + index);
    }

    static void putLong(Frame frame, int index, long value) {
        putLong(frame.array(), frame.offset() + index, value);
    }

    static void putLong(byte[] array, int index, long value) {
        LONG.set(array, index, value);
    }

    static byte type(Frame frame) {
        if (frame.length() == 0) {
            throw violation("an empty frame");
        }
        return frame.at(0);
    }

    static ProtocolViolationException violation(String message) {
        return new ProtocolViolationException(message, null);
    }

    /** Returns the fields after the type, which must have {@code least} bytes or more. */
    static ByteBuffer fields(Frame frame, int least) {
        checkFields(frame, least);
        return frame.buffer().position(1);
    }

    /** Checks that the fields after the type have {@code least} bytes or more. */
    static void checkFields(Frame frame, int least) {
        if (frame.length() - 1 < least) {
            throw violation("a frame of type "
                    + frame.at(0)
                    + " with "
                    + frame.length()
                    + " bytes (expected: at least "
                    + (least + 1)
                    + ")");
        }
    }

    // ---- HELLO

    static Frame hello(byte[] secret, long pid, byte[] token) {
        ByteBuffer frame = begin(HELLO, HELLO_BYTES - 1 + token.length);
        return end(frame.putInt(VERSION).put(secret).putLong(pid).put(token));
    }

    /** A decoded HELLO. */
    record Hello(Id id, long pid, Frame token) {}

    /** Returns null if the version is not supported. */
    static @Nullable Hello readHello(Frame frame) {
        ByteBuffer fields = fields(frame, HELLO_BYTES - 1);
        if (fields.getInt() != VERSION) {
            return null;
        }
        byte[] secret = new byte[SECRET_BYTES];
        fields.get(secret);
        long pid = fields.getLong();
        Frame token = frame.slice(HELLO_BYTES, frame.length() - HELLO_BYTES);
        return new Hello(Id.ofSecret(secret), pid, token);
    }

    // ---- MESSAGE

    /** Returns the part of a MESSAGE before its payload. {@link MemberProtocol#send} sets number and view. */
    static byte[] messageHead(Id sender, byte kind, long reference, byte[] topic) {
        byte[] head = new byte[TOPIC + topic.length];
        head[0] = MESSAGE;
        sender.write(head, SENDER);
        head[KIND] = kind;
        putLong(head, REFERENCE, reference);
        head[TOPIC_LENGTH] = (byte) (topic.length >> 8);
        head[TOPIC_LENGTH + 1] = (byte) topic.length;
        System.arraycopy(topic, 0, head, TOPIC, topic.length);
        return head;
    }

    /** Checks the fields of a MESSAGE, except the sender. */
    static void checkMessage(Frame frame) {
        checkFields(frame, TOPIC - 1);
        int kind = frame.at(KIND);
        if (kind < KIND_MESSAGE || kind > KIND_MISSED) {
            throw violation("a message of kind " + kind + " (expected: 0 to 4)");
        }
        if (longAt(frame, NUMBER) <= 0) {
            throw violation("a message with number " + longAt(frame, NUMBER) + " (expected: 1 or more)");
        }
        if (TOPIC + topicLength(frame) > frame.length()) {
            throw violation("a message whose topic is longer than the frame");
        }
    }

    private static int topicLength(Frame frame) {
        return (frame.at(TOPIC_LENGTH) & 0xff) << 8 | (frame.at(TOPIC_LENGTH + 1) & 0xff);
    }

    static Frame topic(Frame message) {
        return message.slice(TOPIC, topicLength(message));
    }

    /** Returns whether a MESSAGE announces a hub. */
    static boolean isHubAnnouncement(Frame message) {
        return message.length() > TOPIC
                && message.at(TOPIC) == '#'
                && message.at(KIND) == KIND_MESSAGE
                && topic(message).equals(HUB_TOPIC_BYTES);
    }

    static Frame payload(Frame message) {
        int from = TOPIC + topicLength(message);
        return message.slice(from, message.length() - from);
    }

    static Id idAt(Frame frame, int index) {
        return new Id(longAt(frame, index), longAt(frame, index + 8));
    }

    // ---- other frames

    static Frame to(long view, Collection<Id> ids) {
        ByteBuffer frame = begin(TO, 8 + ids.size() * Id.BYTES);
        frame.putLong(view);
        ids.forEach(id -> id.write(frame));
        return end(frame);
    }

    static final int TO_VIEW = 1;
    static final int TO_IDS = 9;

    static void checkTo(Frame frame) {
        checkFields(frame, TO_IDS - 1);
        if ((frame.length() - TO_IDS) % Id.BYTES != 0) {
            throw violation("a TO of " + frame.length() + " bytes");
        }
    }

    static Frame ack(Id receiver, Id sender, long number) {
        byte[] frame = new byte[1 + ACK_FIELDS];
        frame[0] = ACK;
        receiver.write(frame, ACK_RECEIVER);
        sender.write(frame, ACK_SENDER);
        putLong(frame, ACK_NUMBER, number);
        return Frame.of(frame);
    }

    static final int ACK_RECEIVER = 1;
    static final int ACK_SENDER = 17;
    static final int ACK_NUMBER = 33;
    static final int ACK_FIELDS = 40;

    static void checkAck(Frame frame) {
        checkFields(frame, ACK_FIELDS);
        if (frame.length() != 1 + ACK_FIELDS || longAt(frame, ACK_NUMBER) <= 0) {
            throw violation("an ACK of " + frame.length() + " bytes with number " + longAt(frame, ACK_NUMBER)
                    + " (expected: " + (1 + ACK_FIELDS) + " bytes, number 1 or more)");
        }
    }

    static Frame goodbye() {
        return GOODBYE_FRAME;
    }

    static Frame welcome(Id tenure, Id host, long view, Collection<MemberEntry> members) {
        ByteBuffer frame = begin(WELCOME, 2 * Id.BYTES + 8 + members.size() * MEMBER_BYTES);
        tenure.write(frame);
        host.write(frame);
        frame.putLong(view);
        for (MemberEntry member : members) {
            member.id().write(frame);
            frame.putLong(member.pid());
        }
        return end(frame);
    }

    /** Returns the length of a WELCOME with this number of members. */
    static int welcomeBytes(int members) {
        return 1 + 2 * Id.BYTES + 8 + members * MEMBER_BYTES;
    }

    static Frame joined(long view, MemberEntry member) {
        ByteBuffer frame = begin(JOINED, 8 + MEMBER_BYTES);
        frame.putLong(view);
        member.id().write(frame);
        return end(frame.putLong(member.pid()));
    }

    static Frame left(Id member, LeaveReason reason) {
        ByteBuffer frame = begin(LEFT, Id.BYTES + 1);
        member.write(frame);
        return end(frame.put((byte) REASONS.indexOf(reason)));
    }

    /** Returns the reason with this number in a LEFT. */
    static LeaveReason reason(int number) {
        if (number < 0 || number >= REASONS.size()) {
            throw violation("a LEFT with reason " + number + " (expected: 0 to 3)");
        }
        return REASONS.get(number);
    }

    static Frame refused(byte reason) {
        return Frame.of(new byte[] {REFUSED, reason});
    }

    /** Returns the meaning of the reason of a REFUSED. */
    static String refusalText(int reason) {
        return switch (reason) {
            case WRONG_TOKEN -> "the token is wrong";
            case FULL -> "the channel is full (maxMembers of the host)";
            case WRONG_VERSION -> "the host supports another version of the protocol";
            default -> "reason " + reason;
        };
    }

    static byte[] utf8(String string) {
        return string.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer begin(byte type, int fields) {
        return ByteBuffer.allocate(1 + fields).put(type);
    }

    private static Frame end(ByteBuffer frame) {
        return Frame.of(frame.array(), frame.arrayOffset(), frame.limit());
    }
}
