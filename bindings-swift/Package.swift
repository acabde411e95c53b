// swift-tools-version:5.9
import Foundation
import PackageDescription

// Where the native library is; `scripts/mobile.py` puts it into the package's own folder.
let library = ProcessInfo.processInfo.environment["PAYWRIGHT_LIBRARY"] ?? "\(Context.packageDirectory)/lib"

// `examples/swift`, which `scripts/mobile.py` puts beside the tests that run them.
let isWithExamples = ProcessInfo.processInfo.environment["PAYWRIGHT_EXAMPLES"] != nil
let names = isWithExamples ? ["checkout", "callback", "refund", "follow"] : []
var examples: [Target] = names.map {
    .executableTarget(name: $0, dependencies: ["Paywright"], path: "Examples/\($0)")
}
if isWithExamples {
    // The application that a test kills.
    let application = "FollowingApplication"
    examples.append(.executableTarget(name: application, dependencies: ["Paywright"], path: "Tests/\(application)"))
}

let package = Package(
    name: "Paywright",
    products: [.library(name: "Paywright", targets: ["Paywright"])],
    targets: [
        .systemLibrary(name: "PaywrightFFI"),
        .target(
            name: "Paywright",
            dependencies: ["PaywrightFFI"],
            linkerSettings: [.unsafeFlags(["-L\(library)", "-Xlinker", "-rpath", "-Xlinker", library])]
        ),
        .testTarget(name: "PaywrightTests", dependencies: ["Paywright"] + examples.map { .target(name: $0.name) }),
    ] + examples
)
