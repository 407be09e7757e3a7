package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.TypeRef;
import io.heliograph.testkit.Checklist;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Round trip of JSON documents and image files. */
class JsonAndImagesTest {

    private static byte[] encoded(String type, boolean framed, @Nullable Object item) {
        return new Encoder(DataType.Sent.named(type), framed, 64 << 20, Codec.named("json"))
                .encode(item)
                .toByteArray();
    }

    // ---- JSON

    @Test
    @Checklist("AS 37")
    void framedJsonRoundTrips() {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.JSON));
        List<@Nullable Object> items =
                Arrays.asList(Map.of("a", 1L), List.of(1L, "b"), "\"text\"", 5L, 2.5, true, null);
        items.forEach(item -> harness.chunk(encoded("json", true, item)));
        assertThat(harness.data).containsExactly(Map.of("a", 1L), List.of(1L, "b"), "text", 5L, 2.5, true, null);
    }

    @Test
    void malformedFramedJsonIsReportedAndNextMessageArrives() {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.JSON));
        harness.socket.onData(second -> {});
        harness.chunk("02 7b7b" + "00" + "01 37");
        assertThat(harness.events).hasSize(3);
        assertThat(harness.events.get(0)).startsWith("error Received corrupted JSON: ");
        assertThat(harness.events.get(1)).startsWith("error Received corrupted JSON: ");
        assertThat(harness.events.get(2)).isEqualTo("7");
    }

    record Point(int x, int y) {}

    @Test
    void jsonIsDecodedAsRecord() {
        ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.framed(DataType.JSON));
        List<Point> points = new ArrayList<>();
        harness.socket.onData(TypeRef.of(Point.class), points::add);
        harness.chunk(encoded("json", true, new Point(1, 2)));
        assertThat(points).containsExactly(new Point(1, 2));
    }

    @Test
    void rawJsonDocumentsAreSeparatedAtAnyCut() {
        String stream = "{\"a\":[1,\"}\\\"\"]}[1]\"x y\" 12 true\nnull{}3";
        List<String> expected =
                List.of("{a=[1, }\"]}", "[1]", "'x y'", "12", "true", "null", "{}", "3", "disconnect Remote");
        byte[] bytes = stream.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.raw(DataType.JSON));
            harness.chunk(Arrays.copyOfRange(bytes, 0, cut));
            harness.chunk(Arrays.copyOfRange(bytes, cut, bytes.length));
            assertThat(harness.end().events).as("cut at %s", cut).isEqualTo(expected);
        }
        ConnectionHarness single = ConnectionHarness.values(ConnectionHarness.raw(DataType.JSON));
        for (byte b : bytes) {
            single.chunk(new byte[] {b});
        }
        assertThat(single.end().events).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1 ]2|1", "1 [1,}] 2|1", "1 nul 2|1", "1 {\"a\" 1} 2|1"})
    void malformedRawJsonClosesConnection(String stream, String before) {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.raw(DataType.JSON));
        harness.chunk((stream + " ").getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .chunk("20 33 20");
        assertThat(harness.events).hasSize(3);
        assertThat(harness.events.get(0)).isEqualTo(before);
        assertThat(harness.events.get(1)).startsWith("error ");
        assertThat(harness.events.get(2)).isEqualTo("disconnect Failed");
    }

    @Test
    void rawJsonIsLimitedAndIncompleteEndIsReported() {
        ConnectionHarness limited =
                ConnectionHarness.values(ConnectionHarness.raw(DataType.JSON).maxMessageBytes(10));
        limited.chunk("22" + "61".repeat(5)).chunk("61".repeat(5));
        assertThat(limited.events)
                .containsExactly(
                        "error JSON document of more than 10 bytes (expected: at most 10)", "disconnect Failed");
        ConnectionHarness cut = ConnectionHarness.values(ConnectionHarness.raw(DataType.JSON));
        assertThat(cut.chunk("7b22").end().events)
                .containsExactly(
                        "error the connection ended inside a JSON document after 2 bytes", "disconnect Remote");
    }

    // ---- images

    private static BufferedImage image(int type) {
        return new BufferedImage(20, 10, type);
    }

    @ParameterizedTest
    @CsvSource({"image, ffd8ff", "jpeg, ffd8ff", "jpg, ffd8ff", "png, 89504e47", "gif, 47494638", "bmp, 424d", "tiff, 4"
    })
    @Checklist("AS 33")
    void imageIsFileOfItsFormat(String type, String magic) {
        assertThat(ConnectionHarness.hex(encoded(type, false, image(BufferedImage.TYPE_INT_RGB))))
                .startsWith(magic);
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.IMAGE));
        harness.chunk(encoded(type, true, image(BufferedImage.TYPE_INT_RGB)));
        assertThat(harness.events).containsExactly("image 20x10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "jpeg", "bmp", "wbmp", "gif", "png"})
    @Checklist("AS 34")
    void imageWithAlphaIsSentOnWhite(String type) {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.IMAGE));
        harness.chunk(encoded(type, true, image(BufferedImage.TYPE_INT_ARGB)));
        assertThat(harness.events).containsExactly("image 20x10");
        if (type.equals("image") || type.equals("bmp")) {
            BufferedImage seen = (BufferedImage) harness.data.getFirst();
            assertThat(seen.getRGB(5, 5) & 0xffffff).isEqualTo(0xffffff); // on white
        }
    }

    @Test
    void nonImageIsRejected() {
        assertThatThrownBy(() -> encoded("png", true, "text"))
                .isInstanceOf(ConversionException.class)
                .hasMessage("Expected an image to send, but instead got java.lang.String");
    }

    @Test
    @Checklist("AS 35")
    void corruptImageIsReportedAndNextArrives() {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.IMAGE));
        byte[] png = encoded("png", true, image(BufferedImage.TYPE_INT_RGB));
        byte[] cut = encoded("png", false, image(BufferedImage.TYPE_INT_RGB));
        harness.chunk("03 616263").chunk("00");
        harness.chunk(new byte[] {40}).chunk(Arrays.copyOf(cut, 40)).chunk(png);
        assertThat(harness.events)
                .containsExactly(
                        "error Received corrupted image.",
                        "error Received corrupted image.",
                        "error Received corrupted image.",
                        "image 20x10");
    }

    @Test
    void oversizedImageIsRejectedByDeclaredSize() {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.IMAGE));
        byte[] bomb = declaredPng(50_000, 50_000);
        harness.chunk(new byte[] {(byte) bomb.length}).chunk(bomb);
        assertThat(harness.events)
                .containsExactly("error image of 50000 by 50000 pixels (expected: at most 33554432 pixels)");
        ConnectionHarness small = ConnectionHarness.values(
                ConnectionHarness.framed(DataType.IMAGE).maxImagePixels(199));
        small.chunk(encoded("png", true, image(BufferedImage.TYPE_INT_RGB)));
        assertThat(small.events).containsExactly("error image of 20 by 10 pixels (expected: at most 199 pixels)");
    }

    /** Creates the header of a PNG file with the declared dimensions. */
    private static byte[] declaredPng(int width, int height) {
        ByteBuffer header = ByteBuffer.allocate(17);
        header.put("IHDR".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        header.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 check = new CRC32();
        check.update(header.array());
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ConnectionHarness.hex("89504e470d0a1a0a 0000000d"));
        file.writeBytes(header.array());
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) check.getValue()).array());
        return file.toByteArray();
    }

    @Test
    @Checklist("AS 36")
    void rawImagesArriveAsFileChunks() {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.raw(DataType.IMAGE));
        harness.chunk("ffd8ff").chunk("0102").end();
        assertThat(harness.events).containsExactly("bytes ffd8ff", "bytes 0102", "disconnect Remote");
    }

    @Test
    void byteArrayListenerReceivesImageFile() {
        ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.framed(DataType.IMAGE));
        List<String> files = new ArrayList<>();
        harness.socket.onData(TypeRef.of(byte[].class), file -> files.add(ConnectionHarness.hex(file)));
        harness.chunk("03 ffd8ff");
        assertThat(files).containsExactly("ffd8ff");
    }
}
