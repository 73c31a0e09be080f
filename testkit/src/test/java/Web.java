import io.github.systemd4j.activation.Activation;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

class Web {
    public static void main(String[] args) throws Exception {
        Activation activation = Activation.fromEnvironment();
        System.out.println(activation);
        // Under systemd the socket of that name; on a laptop a port of our own. The same line.
        ServerSocketChannel http = activation.bindOrAdopt("http", new InetSocketAddress(8080));
        while (true) {
            try (SocketChannel connection = http.accept()) {
                connection.read(ByteBuffer.allocate(8192));
                connection.write(ByteBuffer.wrap("HTTP/1.0 200 OK\r\n\r\nHello\n".getBytes()));
            }
        }
    }
}
