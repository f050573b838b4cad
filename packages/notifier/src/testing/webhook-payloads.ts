// Deliveries in the form that each sender's documentation gives, made by hand, with the message each should become.

export interface WebhookFixture {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: unknown
  readonly body: string
  readonly html: string
}

const hash = '0123456789abcdef0123456789abcdef01234567'
const before = 'fedcba9876543210fedcba9876543210fedcba98'
const zeros = '0'.repeat(40)

const repository = { full_name: 'team/project', html_url: 'https://forge.example/team/project' }
const commits = [
  {
    id: hash,
    message: 'Fix <b>bold</b>\n\nLong story',
    url: `https://forge.example/team/project/commit/${hash}`,
    author: { name: 'Ada', email: 'ada@example.org' },
  },
]
const push = { ref: 'refs/heads/main', before, after: hash, compare: 'https://forge.example/c', repository, commits }
const project = { path_with_namespace: 'team/project', web_url: 'https://forge.example/team/project' }
const cloud = { full_name: 'team/project', links: { html: { href: 'https://forge.example/team/project' } } }

const repositoryHtml = '<a href="https://forge.example/team/project">team/project</a>'
const commitHtml = `<ul><li><a href="https://forge.example/team/project/commit/${hash}">0123456</a> Ada: Fix &lt;b&gt;bold&lt;/b&gt;</li></ul>`
const commitText = '0123456 Ada: Fix <b>bold</b>'

export const webhookFixtures: Readonly<Record<string, WebhookFixture>> = {
  'GitHub: a push': {
    headers: { 'x-github-event': 'push' },
    payload: push,
    body: `team/project: branch main was pushed (1 commit)\n${commitText}\nhttps://forge.example/c`,
    html: `${repositoryHtml}: branch <strong><a href="https://forge.example/c">main</a></strong> was pushed (1 commit)${commitHtml}`,
  },
  'GitHub: a forced push': {
    headers: { 'x-github-event': 'push' },
    payload: { ...push, forced: true, compare: undefined, commits: [] },
    body: 'team/project: branch main was force-pushed: history was rewritten',
    html: `${repositoryHtml}: branch <strong>main</strong> was force-pushed: history was rewritten`,
  },
  'GitHub: a deleted branch': {
    headers: { 'x-github-event': 'push' },
    payload: { ...push, after: zeros, compare: undefined, commits: [] },
    body: 'team/project: branch main was deleted',
    html: `${repositoryHtml}: branch <strong>main</strong> was deleted`,
  },
  'GitHub: a tag': {
    headers: { 'x-github-event': 'push' },
    payload: { ...push, ref: 'refs/tags/v1', before: zeros, compare: undefined },
    body: 'team/project: tag v1 was created',
    html: `${repositoryHtml}: tag <strong>v1</strong> was created`,
  },
  'GitHub: a workflow that failed': {
    headers: { 'x-github-event': 'workflow_run' },
    payload: {
      repository,
      workflow_run: {
        ...{ id: 77, name: 'Tests', run_number: 5, run_attempt: 1, head_branch: 'main', head_sha: hash },
        ...{ status: 'completed', conclusion: 'failure', html_url: 'https://forge.example/runs/77' },
        ...{ run_started_at: '2026-01-02T03:04:05Z', updated_at: '2026-01-02T03:07:07Z', actor: { login: 'ada' } },
        head_commit: { id: hash, message: 'Fix', author: { name: 'Ada' } },
      },
    },
    body: '❌ team/project: Tests #5 failed on main in 3 min 2 s\nAda committed 0123456: Fix\nhttps://forge.example/runs/77',
    html: `❌ ${repositoryHtml}: <strong><a href="https://forge.example/runs/77">Tests #5</a></strong> failed on main in 3 min 2 s<br>Ada committed <a href="https://forge.example/team/project/commit/${hash}"><code>0123456</code></a>: Fix`,
  },
  'GitHub: a job of a workflow': {
    headers: { 'x-github-event': 'workflow_job' },
    payload: {
      repository,
      workflow_job: {
        ...{ run_id: 77, run_attempt: 2, workflow_name: 'Tests', name: 'unit', status: 'completed' },
        ...{ conclusion: 'success', started_at: '2026-01-02T03:04:05Z', completed_at: '2026-01-02T03:04:17Z' },
      },
    },
    body: '🟡 team/project: Tests is running\n✅ unit (12 s)\nhttps://forge.example/team/project/actions/runs/77',
    html: `🟡 ${repositoryHtml}: <strong><a href="https://forge.example/team/project/actions/runs/77">Tests</a></strong> is running<br>✅ unit (12 s)`,
  },
  'GitHub: a merged pull request': {
    headers: { 'x-github-event': 'pull_request' },
    payload: {
      ...{ action: 'closed', repository, sender: { login: 'ada' } },
      pull_request: { number: 12, title: 'Faster', merged: true, html_url: 'https://forge.example/12' },
    },
    body: 'team/project: #12 Faster was merged by ada\nhttps://forge.example/12',
    html: `${repositoryHtml}: <strong><a href="https://forge.example/12">#12 Faster</a></strong> was merged by ada`,
  },
  'GitHub: a review with words': {
    headers: { 'x-github-event': 'pull_request_review' },
    payload: {
      ...{ action: 'submitted', repository, sender: { login: 'bob' } },
      ...{
        pull_request: { number: 12, title: 'Faster' },
        review: { state: 'changes_requested', body: '**No** <img src=x>' },
      },
    },
    body: 'team/project: #12 Faster needs changes by bob\n> **No** <img src=x>',
    html: `${repositoryHtml}: <strong>#12 Faster</strong> needs changes by bob<blockquote><strong>No</strong> &lt;img src=x&gt;</blockquote>`,
  },
  'GitHub: an issue': {
    headers: { 'x-github-event': 'issues' },
    payload: { action: 'opened', repository, issue: { number: 3, title: 'Broken', html_url: 'javascript:alert(1)' } },
    body: 'team/project: #3 Broken was opened',
    html: `${repositoryHtml}: <strong>#3 Broken</strong> was opened`,
  },
  'GitHub: a release': {
    headers: { 'x-github-event': 'release' },
    payload: { action: 'published', repository, release: { tag_name: 'v1' }, sender: { login: 'ada' } },
    body: 'team/project: v1 was released by ada',
    html: `${repositoryHtml}: <strong>v1</strong> was released by ada`,
  },
  'GitHub: a deployment': {
    headers: { 'x-github-event': 'deployment_status' },
    payload: { repository, deployment: { id: 1, environment: 'live' }, deployment_status: { state: 'failure' } },
    body: '❌ team/project: Deployment to live failed',
    html: `❌ ${repositoryHtml}: <strong>Deployment to live</strong> failed`,
  },
  'GitHub: the hook was made': {
    headers: { 'x-github-event': 'ping' },
    payload: { zen: 'Keep it simple', repository },
    body: 'team/project: This hook works',
    html: `${repositoryHtml}: <strong>This hook</strong> works`,
  },
  'Gitea: a push': {
    headers: { 'x-gitea-event': 'push', 'x-github-event': 'push' },
    payload: { ...push, compare: undefined, compare_url: 'https://forge.example/c', total_commits: 25 },
    body: `team/project: branch main was pushed (25 commits)\n${commitText}\nand 24 earlier\nhttps://forge.example/c`,
    html: `${repositoryHtml}: branch <strong><a href="https://forge.example/c">main</a></strong> was pushed (25 commits)${commitHtml.replace('</ul>', '<li>and 24 earlier</li></ul>')}`,
  },
  'Gitea: an approved request': {
    headers: { 'x-gitea-event': 'pull_request_approved' },
    payload: {
      ...{ repository, sender: { login: 'bob' }, review: { content: 'Good' } },
      pull_request: { number: 12, title: 'Faster', html_url: 'https://forge.example/12' },
    },
    body: 'team/project: #12 Faster was approved by bob\n> Good\nhttps://forge.example/12',
    html: `${repositoryHtml}: <strong><a href="https://forge.example/12">#12 Faster</a></strong> was approved by bob<blockquote>Good</blockquote>`,
  },
  'Forgejo: a deleted tag': {
    headers: { 'x-forgejo-event': 'delete', 'x-gitea-event': 'delete' },
    payload: { ref: 'v1', ref_type: 'tag', repository },
    body: 'team/project: tag v1 was deleted',
    html: `${repositoryHtml}: tag <strong>v1</strong> was deleted`,
  },
  'Forgejo: a run that failed': {
    headers: { 'x-forgejo-event': 'action_run_failure' },
    payload: {
      repository,
      run: {
        ...{ id: 9, index_in_repo: 4, workflow_id: 'test.yml', prettyref: 'main', commit_sha: hash },
        ...{ started: '2026-01-02T03:04:05Z', stopped: '2026-01-02T03:05:05Z', html_url: 'https://forge.example/r/9' },
      },
    },
    body: '❌ team/project: test.yml #4 failed on main in 1 min\n0123456\nhttps://forge.example/r/9',
    html: `❌ ${repositoryHtml}: <strong><a href="https://forge.example/r/9">test.yml #4</a></strong> failed on main in 1 min<br><a href="https://forge.example/team/project/commit/${hash}"><code>0123456</code></a>`,
  },
  'GitLab: a push': {
    headers: { 'x-gitlab-event': 'Push Hook' },
    payload: {
      object_kind: 'push',
      ref: 'refs/heads/main',
      before,
      after: hash,
      project,
      commits,
      total_commits_count: 1,
    },
    body: `team/project: branch main was pushed (1 commit)\n${commitText}`,
    html: `${repositoryHtml}: branch <strong>main</strong> was pushed (1 commit)${commitHtml}`,
  },
  'GitLab: a pipeline with jobs': {
    headers: { 'x-gitlab-event': 'Pipeline Hook' },
    payload: {
      ...{ object_kind: 'pipeline', project, user: { username: 'ada' } },
      object_attributes: {
        id: 31,
        iid: 7,
        ref: 'main',
        sha: hash,
        status: 'success',
        duration: 63,
        created_at: '2026-01-02 03:04:05 UTC',
      },
      commit: { id: hash, message: 'Fix', author: { name: 'Ada' } },
      builds: [
        { id: 2, name: 'later', status: 'created' },
        { id: 1, name: 'unit', status: 'success', duration: 12.3, finished_at: '2026-01-02 03:05:05 UTC' },
      ],
    },
    body: '✅ team/project: Pipeline #7 passed on main in 1 min 3 s\nAda committed 0123456: Fix\n✅ unit (12 s)\nhttps://forge.example/team/project/-/pipelines/31',
    html: `✅ ${repositoryHtml}: <strong><a href="https://forge.example/team/project/-/pipelines/31">Pipeline #7</a></strong> passed on main in 1 min 3 s<br>Ada committed <a href="https://forge.example/team/project/commit/${hash}"><code>0123456</code></a>: Fix<br>✅ <a href="https://forge.example/team/project/-/jobs/1">unit</a> (12 s)`,
  },
  'GitLab: a merge request': {
    headers: { 'x-gitlab-event': 'Merge Request Hook' },
    payload: {
      ...{ object_kind: 'merge_request', project, user: { username: 'ada' } },
      object_attributes: { iid: 4, title: 'Faster', action: 'open', url: 'https://forge.example/mr/4' },
    },
    body: 'team/project: !4 Faster was opened by ada\nhttps://forge.example/mr/4',
    html: `${repositoryHtml}: <strong><a href="https://forge.example/mr/4">!4 Faster</a></strong> was opened by ada`,
  },
  'GitLab: a comment': {
    headers: { 'x-gitlab-event': 'Note Hook' },
    payload: {
      ...{ object_kind: 'note', project, user: { username: 'ada' }, issue: { iid: 5, title: 'Broken' } },
      object_attributes: { note: 'Indeed', noteable_type: 'Issue', url: 'https://forge.example/n' },
    },
    body: 'team/project: #5 Broken was commented on by ada\n> Indeed\nhttps://forge.example/n',
    html: `${repositoryHtml}: <strong><a href="https://forge.example/n">#5 Broken</a></strong> was commented on by ada<blockquote>Indeed</blockquote>`,
  },
  'Bitbucket Cloud: a push': {
    headers: { 'x-event-key': 'repo:push' },
    payload: {
      repository: cloud,
      push: {
        changes: [
          {
            ...{ forced: false, links: { html: { href: 'https://forge.example/c' } } },
            old: { type: 'branch', name: 'main', target: { hash: before } },
            new: { type: 'branch', name: 'main', target: { hash } },
            commits: [
              {
                ...{ hash, message: 'Fix <b>bold</b>\n', author: { raw: 'Ada <ada@example.org>' } },
                links: { html: { href: `https://forge.example/team/project/commit/${hash}` } },
              },
            ],
          },
        ],
      },
    },
    body: `team/project: branch main was pushed (1 commit)\n${commitText}\nhttps://forge.example/c`,
    html: `${repositoryHtml}: branch <strong><a href="https://forge.example/c">main</a></strong> was pushed (1 commit)${commitHtml}`,
  },
  'Bitbucket Cloud: a build': {
    headers: { 'x-event-key': 'repo:commit_status_updated' },
    payload: {
      repository: cloud,
      commit_status: {
        ...{ key: 'k', name: 'Tests', state: 'FAILED', url: 'https://ci.example/1', refname: 'main' },
        commit: { hash, message: 'Fix\n' },
      },
    },
    body: '❌ team/project: Tests failed on main\n0123456: Fix\nhttps://ci.example/1',
    html: `❌ ${repositoryHtml}: <strong><a href="https://ci.example/1">Tests</a></strong> failed on main<br><code>0123456</code>: Fix`,
  },
  'Bitbucket Data Center: a merged request': {
    headers: { 'x-event-key': 'pr:merged' },
    payload: {
      actor: { displayName: 'Ada' },
      pullRequest: {
        ...{ id: 8, title: 'Faster', links: { self: [{ href: 'https://forge.example/pr/8' }] } },
        toRef: { repository: { slug: 'project', project: { key: 'TEAM' } } },
      },
    },
    body: 'TEAM/project: #8 Faster was merged by Ada\nhttps://forge.example/pr/8',
    html: 'TEAM/project: <strong><a href="https://forge.example/pr/8">#8 Faster</a></strong> was merged by Ada',
  },
  'Alertmanager: alerts that fire': {
    headers: {},
    payload: {
      ...{ version: '4', groupKey: '{}:{alertname="Down"}', status: 'firing', externalURL: 'https://alerts.example' },
      commonLabels: { alertname: 'Down' },
      alerts: [
        { status: 'firing', startsAt: '2026-01-02T03:04:05Z', annotations: { summary: 'web is down' } },
        { status: 'resolved', startsAt: '2026-01-02T03:04:06Z', labels: { alertname: 'Down', instance: 'db:1' } },
      ],
    },
    body: '❌ Down is firing (1 of 2)\n> - ❌ web is down\n> - ✅ Down at db:1\nhttps://alerts.example/',
    html: '❌ <strong><a href="https://alerts.example/">Down</a></strong> is firing (1 of 2)<blockquote><ul>\n<li>❌ web is down</li>\n<li>✅ Down at db:1</li>\n</ul></blockquote>',
  },
  'Slack: text with attachments': {
    headers: {},
    payload: {
      ...{ username: 'deploy', text: 'See <https://ci.example/1|the *build*>' },
      attachments: [{ title: 'Result', fields: [{ title: 'Status', value: 'ok' }] }],
    },
    body: 'deploy: See [the **build**](https://ci.example/1)\n\n**Result**\n**Status** ok',
    html: '<strong>deploy</strong>: <p>See <a href="https://ci.example/1">the <strong>build</strong></a></p>\n<p><strong>Result</strong>\n<strong>Status</strong> ok</p>',
  },
  'Generic: text': {
    headers: {},
    payload: { text: 'Backup **done** <script>x</script>' },
    body: 'Backup **done** <script>x</script>',
    html: 'Backup <strong>done</strong> &lt;script&gt;x&lt;/script&gt;',
  },
  'Generic: HTML alone': {
    headers: {},
    payload: { html: '<p>Backup <b>done</b></p><script>x</script>' },
    body: 'Backup done\nx',
    html: 'Backup done\nx',
  },
}
