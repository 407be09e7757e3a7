package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Type names. */
class DataTypeTest {

    private static final List<String> ORIGINAL = List.of(
            "byte",
            "double",
            "float",
            "image",
            "int",
            "json",
            "number",
            "short",
            "string",
            "unsignedbyte",
            "unsignedshort");

    @Test
    @Checklist("AS 1")
    void receiveTypesListOriginalTypesFirst() {
        List<String> expected = new ArrayList<>(ORIGINAL);
        expected.addAll(List.of("long", "unsignedint"));
        assertThat(DataType.supportedReceiveTypes()).isEqualTo(expected);
    }

    @Test
    @Checklist("AS 2")
    void sendTypesIncludeSortedImageFormats() {
        List<String> formats = Arrays.stream(ImageIO.getWriterFormatNames())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
        List<String> expected = new ArrayList<>(ORIGINAL);
        expected.addAll(formats);
        expected.addAll(List.of("long", "unsignedint"));
        assertThat(DataType.supportedSendTypes()).isEqualTo(expected);
        assertThat(formats).contains("bmp", "gif", "jpeg", "jpg", "png", "wbmp");
    }

    @Test
    @Checklist("AS 13")
    void unknownTypeNamesAreRejectedByBuilder() {
        assertThatThrownBy(() -> SocketServer.builder(0).receive("boolean"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Invalid receive data type: boolean (expected: one of [byte,");
        assertThatThrownBy(() -> SocketClient.builder().send("octet"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Invalid send data type: octet (expected: one of [byte,");
        assertThatThrownBy(() -> SocketClient.builder().receive("png"))
                .hasMessageStartingWith("Invalid receive data type: png");
    }

    @Test
    void typeNamesIgnoreCaseAndSurroundingSpace() {
        assertThat(DataType.named("  UnsignedByte ")).isEqualTo(DataType.UNSIGNED_BYTE);
        assertThat(DataType.Sent.named(" PNG ").imageFormat()).isEqualTo("png");
        assertThat(DataType.Sent.named("Image").imageFormat()).isEqualTo("jpg");
        assertThat(DataType.Sent.named("INT").type()).isEqualTo(DataType.INT);
    }
}
