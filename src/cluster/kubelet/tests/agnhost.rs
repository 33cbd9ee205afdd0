//! What the test program of Kubernetes' own suites tells of volumes.

use serde_json::{Value, json};

use super::bench::{Bench, key};

/// The log of a Pod whose only container runs agnhost with one volume at `/v`.
fn told(bench: &mut Bench, name: &str, volume: Value, words: &[&str]) -> String {
    let mut volume = volume;
    volume["name"] = json!("v");
    bench.pod(
        name,
        json!({"restartPolicy": "Never", "volumes": [volume], "containers": [{"name": "c",
            "image": "registry.k8s.io/e2e-test-images/agnhost:2.56", "args": words,
            "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}),
    );
    bench.run_for(30_000);
    let log = bench.node.logs(&bench.registry, &key(name), &Default::default()).unwrap();
    format!("{} {}", bench.object(name).text("/status/phase"), String::from_utf8(log.bytes).unwrap())
}

#[test]
fn mounttest_finds_volumes_as_it_should() {
    let mut bench = Bench::new();
    bench.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"data-1": "value-1\n"}}));
    let items = json!({"name": "m", "items": [{"key": "data-1", "path": "path/to/data-2", "mode": 256}]});
    assert_eq!(
        told(
            &mut bench,
            "mapped",
            json!({"configMap": items}),
            &["mounttest", "--file_content=/v/path/to/data-2", "--file_mode=/v/path/to/data-2"]
        ),
        "Succeeded mode of file \"/v/path/to/data-2\": -r--------\ncontent of file \"/v/path/to/data-2\": value-1\n\n"
    );
    assert_eq!(
        told(
            &mut bench,
            "memory",
            json!({"emptyDir": {"medium": "Memory"}}),
            &["mounttest", "--fs_type=/v", "--new_file_0666=/v/f", "--file_perm=/v/f", "--file_content=/v/f"]
        ),
        "Succeeded mount type of \"/v\": tmpfs\nperms of file \"/v/f\": -rw-rw-rw-\ncontent of file \"/v/f\": mount-tester new file\n\n"
    );
    let failed = told(
        &mut bench,
        "missing",
        json!({"emptyDir": {}}),
        &["mounttest", "--fs_type=/v", "--file_perm=/v", "--file_content=/v/none"],
    );
    assert_eq!(
        failed,
        "Failed mount type of \"/v\": 61267\nperms of file \"/v\": -rwxrwxrwx\nerror reading file content for \"/v/none\": open /v/none: no such file or directory\n"
    );
    let looping = told(
        &mut bench,
        "looping",
        json!({"configMap": {"name": "m"}}),
        &[
            "mounttest",
            "--break_on_expected_content=false",
            "--retry_time=6",
            "--file_content_in_loop=/v/data-1",
        ],
    );
    assert_eq!(looping, format!("Succeeded {}", "content of file \"/v/data-1\": value-1\n\n".repeat(3)));
}

#[test]
fn parameters_of_the_kernel_and_images_as_volumes_are_there_to_be_read() {
    let mut bench = Bench::new();
    let script = "sysctl kernel.shm_rmid_forced net.ipv4.tcp_syncookies none; head -1 /v/usr/share/nginx/html/index.html; touch /v/x";
    bench.pod(
        "p",
        json!({"restartPolicy": "Never", "securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}]},
            "volumes": [{"name": "v", "image": {"reference": "nginx:1.27", "pullPolicy": "IfNotPresent"}}],
            "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", script],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}),
    );
    bench.run_for(10_000);
    let log = bench.node.logs(&bench.registry, &key("p"), &Default::default()).unwrap();
    assert_eq!(
        String::from_utf8(log.bytes).unwrap(),
        "sysctl: error: 'none' is an unknown key\nkernel.shm_rmid_forced = 1\nnet.ipv4.tcp_syncookies = 1\n<!DOCTYPE html>\ntouch: /v/x: Read-only file system\n"
    );
}
